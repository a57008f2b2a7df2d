import {
  ENDPOINT_SLICES,
  type EndpointSlice,
  NODES,
  type Node,
  PODS,
  type Pod,
  SERVICES,
  type Service,
} from "@pinnace/api";
import { hasReason, labelSetMatcher, objectKey } from "@pinnace/apimachinery";
import type { CacheEvent, Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  controllerReference,
  Expectations,
  watchOf,
} from "@pinnace/controller-runtime";
import { isNamespaceTerminating } from "../replicaset/replica-controller.ts";
import { type AddressType, addressTypes, type EndpointGroup, endpointGroups } from "./endpoints-of.ts";
import { planSlices, type SliceContents, type SlicePlan } from "./plan-slices.ts";
import { derivedLabels, selects, selectsPods } from "./service-pods.ts";
import { hintFacts, hintTopology, wantsTopologyHints } from "./topology-hints.ts";
import { TriggerTimes, withTriggerTime } from "./trigger-times.ts";

const SERVICE_NAME = "kubernetes.io/service-name";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const CONTROLLER = "endpointslice-controller.k8s.io";
const ZONE = "topology.kubernetes.io/zone";

/** Keeps the EndpointSlices of every service with a selector. */
export class EndpointSliceController implements ControllerDefinition {
  readonly concurrency = 5;
  readonly watches: ControllerDefinition["watches"];
  readonly #components: ControllerComponents;
  readonly #services: Informer<Service>;
  readonly #pods: Informer<Pod>;
  readonly #nodes: Informer<Node>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #expectations: Expectations;
  readonly #triggers = new TriggerTimes();

  constructor(components: ControllerComponents) {
    const { informers, clock } = components;
    this.#components = components;
    this.#services = informers.informer(SERVICES);
    this.#pods = informers.informer(PODS, { indexes: { node: (pod) => [pod.spec?.nodeName ?? ""] } });
    this.#nodes = informers.informer(NODES);
    this.#slices = informers.informer(ENDPOINT_SLICES, { indexes: { service: (slice) => [serviceKey(slice) ?? ""] } });
    this.#expectations = new Expectations(clock);
    this.watches = [
      watchOf(this.#services),
      watchOf(this.#pods, (event) => podServiceKeys(this.#services, event)),
      watchOf(this.#nodes, (event) => this.#nodeKeys(event)),
      watchOf(this.#slices, (event) => this.#sliceKeys(event)),
    ];
  }

  async reconcile(key: string): Promise<undefined> {
    const service = this.#services.lister.get(key);
    if (service === undefined) this.#triggers.forget(key);
    if (service === undefined || !selectsPods(service)) return;
    if (service.metadata?.deletionTimestamp !== undefined || !this.#expectations.satisfied(key)) return;
    const existing = this.#slices.lister.byIndex("service", key).filter((slice) => !isGoing(slice));
    const { namespace = "" } = service.metadata ?? {};
    const matcher = labelSetMatcher(service.spec?.selector ?? {});
    const pods = this.#pods.lister.inNamespace(namespace).filter((pod) => matcher.matches(pod.metadata?.labels ?? {}));
    const plan = this.#plan(service, pods, existing);
    await this.#execute(key, service, plan, this.#triggers.next(key, service, pods));
  }

  #plan(service: Service, pods: readonly Pod[], existing: readonly EndpointSlice[]): SlicePlan {
    const types = addressTypes(service);
    const plans = types.map((type) => {
      const slices = existing.filter((slice) => slice.addressType === type);
      const plain = endpointGroups(service, pods, type, (node) => this.#nodes.lister.get(node));
      const groups = this.#hint(service, type, plain, slices);
      return planSlices(groups, slices, sliceLabels(service), type);
    });
    const foreign = existing.filter((slice) => !types.some((type) => type === slice.addressType));
    return {
      create: plans.flatMap((plan) => plan.create),
      update: plans.flatMap((plan) => plan.update),
      delete: [...plans.flatMap((plan) => plan.delete), ...foreign],
    };
  }

  /** Topology hints where the service asks for them; says when they come and go. */
  #hint(
    service: Service,
    type: AddressType,
    groups: readonly EndpointGroup[],
    slices: readonly EndpointSlice[],
  ): readonly EndpointGroup[] {
    const { events } = this.#components;
    const disabled = (why: string): void =>
      events.event(service, "Warning", "TopologyAwareHintsDisabled", `${why}, addressType: ${type}`);
    if (!wantsTopologyHints(service)) {
      if (service.spec?.trafficDistribution === undefined && hasHints(slices))
        disabled("Topology Aware Hints has been disabled");
      return groups;
    }
    const hinting = hintTopology(groups, this.#nodes.lister.list());
    if (hinting.kind === "disabled") disabled(hinting.why);
    else if (!hasHints(slices)) {
      const message = `Topology Aware Hints has been enabled, addressType: ${type}`;
      events.event(service, "Normal", "TopologyAwareHintsEnabled", message);
    }
    return hinting.groups;
  }

  async #execute(key: string, service: Service, plan: SlicePlan, trigger: string | undefined): Promise<void> {
    const { create, update, delete: remove } = plan;
    const slices = this.#components.client.resource(ENDPOINT_SLICES).namespace(service.metadata?.namespace ?? "");
    if (create.length + remove.length > 0)
      this.#expectations.expect(
        key,
        create.length,
        remove.map((slice) => slice.metadata?.uid ?? ""),
      );
    const outcomes = await Promise.allSettled([
      ...create.map((contents) => this.#create(key, service, contents, trigger)),
      ...update.map((slice) => {
        const { annotations, ...metadata } = slice.metadata ?? {};
        return slices.update({ ...slice, metadata: { ...metadata, ...withTriggerTime(annotations, trigger) } });
      }),
      ...remove.map((slice) => this.#delete(key, slice)),
    ]);
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async #create(key: string, service: Service, contents: SliceContents, trigger: string | undefined): Promise<void> {
    const { name = "", namespace = "" } = service.metadata ?? {};
    try {
      await this.#components.client
        .resource(ENDPOINT_SLICES)
        .namespace(namespace)
        .create({
          metadata: {
            generateName: `${name}-`,
            namespace,
            labels: sliceLabels(service),
            ...withTriggerTime(undefined, trigger),
            ownerReferences: [controllerReference(service, SERVICES)],
          },
          ...contents,
        });
    } catch (error) {
      this.#expectations.creationObserved(key);
      if (!isNamespaceTerminating(error)) throw error;
    }
  }

  async #delete(key: string, slice: EndpointSlice): Promise<void> {
    const { name = "", namespace = "", uid = "" } = slice.metadata ?? {};
    try {
      await this.#components.client.resource(ENDPOINT_SLICES).namespace(namespace).delete(name);
    } catch (error) {
      this.#expectations.deletionObserved(key, uid);
      if (!hasReason(error, "NotFound")) throw error;
    }
  }

  *#sliceKeys({ type, object, old }: CacheEvent<EndpointSlice>): Iterable<string> {
    const key = serviceKey(object);
    const before = old === undefined ? undefined : serviceKey(old);
    if (key !== undefined && type === "add") this.#expectations.creationObserved(key);
    if (key !== undefined && (type === "delete" || isGoing(object)))
      this.#expectations.deletionObserved(key, object.metadata?.uid ?? "");
    if (before !== undefined && before !== key) yield before;
    if (key !== undefined) yield key;
  }

  /**
   * A node that comes, goes or changes its zone changes the endpoints of the pods on it; a change of what hints are
   * made from changes those of every service that asks for them.
   */
  *#nodeKeys({ type, object, old }: CacheEvent<Node>): Iterable<string> {
    if (old === undefined || type === "delete" || hintFacts(old) !== hintFacts(object)) {
      for (const service of this.#services.lister.list()) if (wantsTopologyHints(service)) yield objectKey(service);
    }
    if (type === "update" && old.metadata?.labels?.[ZONE] === object.metadata?.labels?.[ZONE]) return;
    for (const pod of this.#pods.lister.byIndex("node", object.metadata?.name ?? ""))
      yield* servicesSelecting(this.#services, pod);
  }
}

/** Keys of the services that a pod belongs to or has just left. */
export function* podServiceKeys(services: Informer<Service>, { object, old }: CacheEvent<Pod>): Iterable<string> {
  yield* servicesSelecting(services, object);
  if (old !== undefined && old.metadata?.labels !== object.metadata?.labels) yield* servicesSelecting(services, old);
}

function* servicesSelecting(services: Informer<Service>, pod: Pod): Iterable<string> {
  for (const service of services.lister.inNamespace(pod.metadata?.namespace ?? ""))
    if (selects(service, pod)) yield objectKey(service);
}

/** The service of a slice that is this controller's, else undefined. */
function serviceKey({ metadata }: EndpointSlice): string | undefined {
  const name = metadata?.labels?.[SERVICE_NAME];
  if (name === undefined || metadata?.labels?.[MANAGED_BY] !== CONTROLLER) return undefined;
  return `${metadata.namespace}/${name}`;
}

function sliceLabels(service: Service): Readonly<Record<string, string>> {
  return { ...derivedLabels(service), [SERVICE_NAME]: service.metadata?.name ?? "", [MANAGED_BY]: CONTROLLER };
}

function hasHints(slices: readonly EndpointSlice[]): boolean {
  return slices.some(({ endpoints }) => endpoints?.some(({ hints }) => (hints?.forZones ?? []).length > 0));
}

function isGoing({ metadata }: EndpointSlice): boolean {
  return metadata?.deletionTimestamp !== undefined;
}
