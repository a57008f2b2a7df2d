import {
  CONTROLLER_REVISIONS,
  type ControllerRevision,
  DAEMON_SETS,
  type DaemonSet,
  type DaemonSetStatus,
  NODES,
  type Node,
  PODS,
  type Pod,
} from "@pinnace/api";
import { hasReason, labelMatcher, objectKey, semanticEqual } from "@pinnace/apimachinery";
import type { CacheEvent, Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  claim,
  controllerKey,
  controllerOf,
  Expectations,
  isPodAvailable,
  isPodReady,
  isTerminating,
  type ReconcileResult,
  untilNextAvailable,
  watchOf,
} from "@pinnace/controller-runtime";
import { messageOf } from "@pinnace/errors";
import { syncHistory, trimHistory } from "../history/controller-revisions.ts";
import { isNamespaceTerminating } from "../replicaset/replica-controller.ts";
import { daemonPod, REVISION_HASH, TEMPLATE_GENERATION_ANNOTATION } from "./daemon-pod.ts";
import {
  type DaemonMap,
  type DaemonPlan,
  isCurrent,
  mapDaemons,
  planDaemons,
  planRollingUpdate,
  updateLimits,
} from "./plan-daemons.ts";

const DEFAULT_HISTORY = 10;

/** Keeps one pod of each DaemonSet on every node that it fits. */
export class DaemonSetController implements ControllerDefinition {
  readonly concurrency = 2;
  readonly watches: ControllerDefinition["watches"];
  readonly #components: ControllerComponents;
  readonly #sets: Informer<DaemonSet>;
  readonly #pods: Informer<Pod>;
  readonly #nodes: Informer<Node>;
  readonly #revisions: Informer<ControllerRevision>;
  readonly #expectations: Expectations;

  constructor(components: ControllerComponents) {
    const { informers, clock } = components;
    this.#components = components;
    this.#sets = informers.informer(DAEMON_SETS);
    this.#pods = informers.informer(PODS);
    this.#nodes = informers.informer(NODES);
    this.#revisions = informers.informer(CONTROLLER_REVISIONS);
    this.#expectations = new Expectations(clock);
    this.watches = [
      watchOf(this.#sets),
      watchOf(this.#pods, (event) => this.#podKeys(event)),
      watchOf(this.#nodes, (event) => (mattersToDaemons(event) ? this.#sets.lister.list().map(objectKey) : [])),
      watchOf(this.#revisions, ({ object }) => [controllerKey(object, DAEMON_SETS)].filter((key) => key !== undefined)),
    ];
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const set = this.#sets.lister.get(key);
    if (set === undefined) {
      this.#expectations.forget(key);
      return undefined;
    }
    if (set.metadata?.deletionTimestamp !== undefined) return undefined;
    const selector = labelMatcher(set.spec?.selector);
    if (selector.isEmpty) {
      const message = "This daemon set is selecting all pods. A non-empty selector is required.";
      this.#components.events.event(set, "Warning", "SelectingAll", message);
      return undefined;
    }
    const annotation = set.metadata?.annotations?.[TEMPLATE_GENERATION_ANNOTATION];
    const namespace = set.metadata?.namespace ?? "";
    const { current, old } = await syncHistory(
      {
        components: this.#components,
        owner: set,
        ownerType: DAEMON_SETS,
        selector,
        template: set.spec?.template ?? {},
        hashLabel: REVISION_HASH,
        ...(annotation === undefined ? {} : { annotations: { [TEMPLATE_GENERATION_ANNOTATION]: annotation } }),
        ...(set.status?.collisionCount === undefined ? {} : { collisionCount: set.status.collisionCount }),
      },
      this.#revisions.lister.inNamespace(namespace),
    );
    const hash = current.metadata?.labels?.[REVISION_HASH] ?? "";
    const pods = await this.#podsOf(set);
    const failure = await this.#manage(key, set, pods, hash);
    const live = new Set(pods.map((pod) => pod.metadata?.labels?.[REVISION_HASH]));
    await trimHistory(this.#components, old, set.spec?.revisionHistoryLimit ?? DEFAULT_HISTORY, ({ metadata }) =>
      live.has(metadata?.labels?.[REVISION_HASH]),
    );
    await this.#updateStatus(set, this.#map(set, pods), hash);
    if (failure !== undefined) throw failure;
    const requeueAfter = untilNextAvailable(pods, set.spec?.minReadySeconds ?? 0, this.#components.clock.now());
    return requeueAfter === undefined ? undefined : { requeueAfter };
  }

  /** Changes pods; gives the failure instead of throwing it, so that the status is written all the same. */
  async #manage(key: string, set: DaemonSet, pods: readonly Pod[], hash: string): Promise<unknown> {
    if (!this.#expectations.satisfied(key)) return undefined;
    const map = this.#map(set, pods);
    const rolling = set.spec?.updateStrategy?.type !== "OnDelete";
    const surges = rolling && updateLimits(set, map.slots).maxSurge > 0;
    let plan = planDaemons(map, hash, surges);
    if (rolling && plan.createOn.length === 0 && plan.delete.length === 0)
      plan = planRollingUpdate(set, map, hash, this.#components.clock.now());
    try {
      await this.#execute(key, set, plan, hash);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  async #execute(key: string, set: DaemonSet, plan: DaemonPlan, hash: string): Promise<void> {
    if (plan.createOn.length + plan.delete.length === 0) return;
    this.#expectations.expect(
      key,
      plan.createOn.length,
      plan.delete.map((pod) => pod.metadata?.uid ?? ""),
    );
    for (const pod of plan.finished) this.#reportFinished(set, pod);
    const outcomes = await Promise.allSettled([
      ...plan.createOn.map((node) => this.#create(key, set, node, hash)),
      ...plan.delete.map((pod) => this.#delete(key, set, pod)),
    ]);
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  #reportFinished(set: DaemonSet, pod: Pod): void {
    const { name, namespace } = pod.metadata ?? {};
    const failed = pod.status?.phase === "Failed";
    const what = failed ? "failed" : "succeeded";
    const message = `Found ${what} daemon pod ${namespace}/${name} on node ${pod.spec?.nodeName}, will try to ${failed ? "kill" : "delete"} it`;
    const { events } = this.#components;
    if (failed) events.event(set, "Warning", "FailedDaemonPod", message);
    else events.event(set, "Normal", "SucceededDaemonPod", message);
  }

  async #create(key: string, set: DaemonSet, node: string, hash: string): Promise<void> {
    const { client, events } = this.#components;
    const pods = client.resource(PODS).namespace(set.metadata?.namespace ?? "");
    try {
      const pod = await pods.create(daemonPod(set, node, hash));
      events.event(set, "Normal", "SuccessfulCreate", `Created pod: ${pod.metadata?.name}`);
    } catch (error) {
      this.#expectations.creationObserved(key);
      if (isNamespaceTerminating(error)) return;
      events.event(set, "Warning", "FailedCreate", `Error creating: ${messageOf(error)}`);
      throw error;
    }
  }

  async #delete(key: string, set: DaemonSet, pod: Pod): Promise<void> {
    const { client, events } = this.#components;
    const { name = "", namespace = "", uid = "" } = pod.metadata ?? {};
    try {
      await client.resource(PODS).namespace(namespace).delete(name);
      events.event(set, "Normal", "SuccessfulDelete", `Deleted pod: ${name}`);
    } catch (error) {
      this.#expectations.deletionObserved(key, uid);
      if (hasReason(error, "NotFound")) return;
      events.event(set, "Warning", "FailedDelete", `Error deleting: ${messageOf(error)}`);
      throw error;
    }
  }

  #map(set: DaemonSet, pods: readonly Pod[]): DaemonMap {
    return mapDaemons(set, this.#nodes.lister.list(), pods);
  }

  async #updateStatus(set: DaemonSet, map: DaemonMap, hash: string): Promise<void> {
    const status = daemonSetStatus(set, map, hash, this.#components.clock.now());
    if (semanticEqual(status, set.status)) return;
    const sets = this.#components.client.resource(DAEMON_SETS).namespace(set.metadata?.namespace ?? "");
    await sets.updateStatus({ ...set, status });
  }

  async #podsOf(set: DaemonSet): Promise<readonly Pod[]> {
    const selector = labelMatcher(set.spec?.selector);
    return claim({
      client: this.#components.client,
      owner: set,
      ownerType: DAEMON_SETS,
      type: PODS,
      objects: this.#pods.lister.inNamespace(set.metadata?.namespace ?? ""),
      selects: (pod) => selector.matches(pod.metadata?.labels ?? {}),
    });
  }

  *#podKeys({ type, object, old }: CacheEvent<Pod>): Iterable<string> {
    const key = controllerKey(object, DAEMON_SETS);
    const before = old === undefined ? undefined : controllerKey(old, DAEMON_SETS);
    if (key !== undefined && type === "add") this.#expectations.creationObserved(key);
    if (key !== undefined && (type === "delete" || isTerminating(object)))
      this.#expectations.deletionObserved(key, object.metadata?.uid ?? "");
    if (before !== undefined && before !== key) yield before;
    if (key !== undefined) yield key;
    else if (type !== "delete" && controllerOf(object) === undefined) yield* this.#selecting(object);
  }

  *#selecting(pod: Pod): Iterable<string> {
    const labels = pod.metadata?.labels;
    if (labels === undefined) return;
    for (const set of this.#sets.lister.inNamespace(pod.metadata?.namespace ?? ""))
      if (labelMatcher(set.spec?.selector).matches(labels)) yield objectKey(set);
  }
}

/** Whether a node's change can change who runs there: labels, taints, its coming and going. */
function mattersToDaemons({ type, object, old }: CacheEvent<Node>): boolean {
  if (type !== "update") return true;
  return !(
    semanticEqual(old.metadata?.labels, object.metadata?.labels) && semanticEqual(old.spec?.taints, object.spec?.taints)
  );
}

function daemonSetStatus(set: DaemonSet, { slots }: DaemonMap, hash: string, now: number): DaemonSetStatus {
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const wanted = slots.filter(({ fit }) => fit.shouldRun);
  // The oldest pod that is ready speaks for its node, else the oldest.
  const heads = wanted.map(({ pods }) => pods.find(isPodReady) ?? pods[0]).filter((pod) => pod !== undefined);
  const count = (test: (pod: Pod) => boolean): number => heads.filter(test).length;
  const available = count((pod) => isPodAvailable(pod, minReadySeconds, now));
  const updated = wanted.filter(({ pods }) => pods.some((pod) => isCurrent(pod, hash))).length;
  const { collisionCount } = set.status ?? {};
  const unavailable = wanted.length - available;
  return {
    desiredNumberScheduled: wanted.length,
    currentNumberScheduled: heads.length,
    numberMisscheduled: slots.filter(({ fit, pods }) => !fit.shouldRun && pods.length > 0).length,
    numberReady: count(isPodReady),
    observedGeneration: set.metadata?.generation ?? 0,
    ...(updated === 0 ? {} : { updatedNumberScheduled: updated }),
    ...(available === 0 ? {} : { numberAvailable: available }),
    ...(unavailable === 0 ? {} : { numberUnavailable: unavailable }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
}
