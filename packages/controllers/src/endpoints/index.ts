import { ENDPOINTS, type Endpoints, PODS, SERVICES, type Service } from "@pinnace/api";
import { hasReason, labelSetMatcher, objectKey, semanticEqual } from "@pinnace/apimachinery";
import {
  type ControllerComponents,
  type ControllerDefinition,
  type ControllerFactory,
  watchOf,
} from "@pinnace/controller-runtime";
import { podServiceKeys } from "../endpointslice/endpoint-slice-controller.ts";
import { derivedLabels, selectsPods } from "../endpointslice/service-pods.ts";
import { TriggerTimes, withTriggerTime } from "../endpointslice/trigger-times.ts";
import { isNamespaceTerminating } from "../replicaset/replica-controller.ts";
import { endpointSubsets } from "./subsets.ts";

const MANAGED_BY = "endpoints.kubernetes.io/managed-by";
const CONTROLLER = "endpoint-controller";

/** Keeps the (older) Endpoints object of every service with a selector. */
export const endpointsController: ControllerFactory = {
  name: "endpoints-controller",
  serviceAccount: "endpoint-controller",
  eventSource: "endpoint-controller",
  create,
};

function create({ client, informers }: ControllerComponents): ControllerDefinition {
  const services = informers.informer(SERVICES);
  const pods = informers.informer(PODS);
  const endpoints = informers.informer(ENDPOINTS);

  const triggers = new TriggerTimes();

  const remove = async (key: string): Promise<void> => {
    triggers.forget(key);
    const present = endpoints.lister.get(key);
    if (present?.metadata?.labels?.[MANAGED_BY] !== CONTROLLER) return;
    const [namespace = "", name = ""] = key.split("/");
    await client.resource(ENDPOINTS).namespace(namespace).delete(name).catch(ignoreNotFound);
  };

  return {
    concurrency: 5,
    watches: [
      watchOf(services),
      watchOf(pods, (event) => podServiceKeys(services, event)),
      watchOf(endpoints, ({ type, object }) => (type === "delete" ? [objectKey(object)] : [])),
    ],
    reconcile: async (key) => {
      const service = services.lister.get(key);
      if (service === undefined) await remove(key);
      if (service === undefined || !selectsPods(service)) return undefined;
      const { namespace = "" } = service.metadata ?? {};
      const matcher = labelSetMatcher(service.spec?.selector ?? {});
      const selected = pods.lister.inNamespace(namespace).filter((pod) => matcher.matches(pod.metadata?.labels ?? {}));
      const present = endpoints.lister.get(key);
      const trigger = triggers.next(key, service, selected);
      const next = desired(service, present, endpointSubsets(service, selected));
      const resource = client.resource(ENDPOINTS).namespace(namespace);
      try {
        if (present === undefined) await resource.create(triggeredAt(next, trigger));
        else if (!semanticEqual(present, next)) await resource.update(triggeredAt(next, trigger));
      } catch (error) {
        if (!isNamespaceTerminating(error)) throw error;
      }
      return undefined;
    },
  };
}

function desired(
  service: Service,
  present: Endpoints | undefined,
  subsets: NonNullable<Endpoints["subsets"]>,
): Endpoints {
  const { name = "", namespace = "" } = service.metadata ?? {};
  const labels = { ...derivedLabels(service), [MANAGED_BY]: CONTROLLER };
  if (present === undefined) return { metadata: { name, namespace, labels }, subsets };
  return { ...present, metadata: { ...present.metadata, labels }, subsets };
}

function triggeredAt(endpoints: Endpoints, time: string | undefined): Endpoints {
  const { annotations, ...metadata } = endpoints.metadata ?? {};
  return { ...endpoints, metadata: { ...metadata, ...withTriggerTime(annotations, time) } };
}

function ignoreNotFound(error: unknown): undefined {
  if (!hasReason(error, "NotFound")) throw error;
  return undefined;
}
