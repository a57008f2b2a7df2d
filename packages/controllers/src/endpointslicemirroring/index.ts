import { ENDPOINT_SLICES, ENDPOINTS, type EndpointSlice, type Endpoints, SERVICES, type Service } from "@pinnace/api";
import { hasReason } from "@pinnace/apimachinery";
import {
  type ControllerComponents,
  type ControllerDefinition,
  type ControllerFactory,
  controllerReference,
  Expectations,
  watchOf,
} from "@pinnace/controller-runtime";
import { isNamespaceTerminating } from "../replicaset/replica-controller.ts";
import { MAX_MIRRORED, type MirroredMetadata, type MirrorPlan, planMirror } from "./plan-mirror.ts";

const SERVICE_NAME = "kubernetes.io/service-name";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const CONTROLLER = "endpointslicemirroring-controller.k8s.io";
const SKIP = "endpointslice.kubernetes.io/skip-mirror";
const LEADER = "control-plane.alpha.kubernetes.io/leader";
/** Annotations that speak of the Endpoints object alone. */
const NOT_COPIED = [
  "kubectl.kubernetes.io/last-applied-configuration",
  "endpoints.kubernetes.io/last-change-trigger-time",
];

/** Copies Endpoints that somebody keeps by hand, for a service without a selector, into EndpointSlices (KEP-1672). */
export const endpointSliceMirroringController: ControllerFactory = {
  name: "endpointslice-mirroring-controller",
  serviceAccount: "endpointslicemirroring-controller",
  eventSource: "endpoint-slice-mirroring-controller",
  create,
};

function create({ client, informers, clock, events }: ControllerComponents): ControllerDefinition {
  const services = informers.informer(SERVICES);
  const endpoints = informers.informer(ENDPOINTS);
  const slices = informers.informer(ENDPOINT_SLICES, {
    indexes: { mirrored: (slice) => [mirroredKey(slice) ?? ""] },
  });
  const expectations = new Expectations(clock);

  const execute = async (key: string, owner: Endpoints | undefined, plan: MirrorPlan): Promise<void> => {
    const [namespace = "", name = ""] = key.split("/");
    const resource = client.resource(ENDPOINT_SLICES).namespace(namespace);
    if (plan.create.length + plan.delete.length > 0)
      expectations.expect(
        key,
        plan.create.length,
        plan.delete.map(({ metadata }) => metadata?.uid ?? ""),
      );
    for (const contents of plan.create)
      await resource
        .create({
          metadata: {
            ...metadataFor(name, owner),
            generateName: `${name}-`,
            namespace,
            ownerReferences: owner === undefined ? [] : [controllerReference(owner, ENDPOINTS)],
          },
          ...contents,
        })
        .catch((error: unknown) => {
          expectations.creationObserved(key);
          if (!isNamespaceTerminating(error)) throw error;
        });
    for (const slice of plan.update) await resource.update(slice);
    for (const { metadata } of plan.delete)
      await resource.delete(metadata?.name ?? "").catch((error: unknown) => {
        expectations.deletionObserved(key, metadata?.uid ?? "");
        if (!hasReason(error, "NotFound")) throw error;
      });
  };

  return {
    concurrency: 5,
    watches: [
      watchOf(services),
      watchOf(endpoints),
      watchOf(slices, ({ type, object }) => {
        const key = mirroredKey(object);
        if (key === undefined) return [];
        if (type === "add") expectations.creationObserved(key);
        if (type === "delete") expectations.deletionObserved(key, object.metadata?.uid ?? "");
        return [key];
      }),
    ],
    reconcile: async (key) => {
      if (!expectations.satisfied(key)) return undefined;
      const source = endpoints.lister.get(key);
      const existing = slices.lister.byIndex("mirrored", key);
      const mirrored = source !== undefined && isMirrored(source, services.lister.get(key)) ? source : undefined;
      const name = key.split("/")[1] ?? "";
      const plan = planMirror(mirrored ?? {}, existing, metadataFor(name, mirrored));
      if (mirrored !== undefined && plan.skipped > 0)
        events.event(
          mirrored,
          "Warning",
          "TooManyAddressesToMirror",
          `A max of ${MAX_MIRRORED} addresses can be mirrored to EndpointSlices per Endpoints subset. ${plan.skipped} addresses were skipped`,
        );
      await execute(key, mirrored, plan);
      return undefined;
    },
  };
}

function isMirrored({ metadata }: Endpoints, service: Service | undefined): boolean {
  if (metadata?.labels?.[SKIP] === "true" || metadata?.annotations?.[LEADER] !== undefined) return false;
  return service !== undefined && service.spec?.selector === undefined;
}

function metadataFor(name: string, source: Endpoints | undefined): MirroredMetadata {
  const labels = { ...source?.metadata?.labels, [SERVICE_NAME]: name, [MANAGED_BY]: CONTROLLER };
  const copied = Object.entries(source?.metadata?.annotations ?? {}).filter(([key]) => !NOT_COPIED.includes(key));
  return copied.length === 0 ? { labels } : { labels, annotations: Object.fromEntries(copied) };
}

function mirroredKey({ metadata }: EndpointSlice): string | undefined {
  const name = metadata?.labels?.[SERVICE_NAME];
  if (name === undefined || metadata?.labels?.[MANAGED_BY] !== CONTROLLER) return undefined;
  return `${metadata.namespace}/${name}`;
}
