import {
  CONTROLLER_REVISIONS,
  type ControllerRevision,
  PERSISTENT_VOLUME_CLAIMS,
  type PersistentVolumeClaim,
  PODS,
  type Pod,
  STATEFUL_SETS,
  type StatefulSet,
} from "@pinnace/api";
import { hasReason, labelMatcher, objectKey, semanticEqual } from "@pinnace/apimachinery";
import type { CacheEvent, Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  claim,
  controllerKey,
  controllerOf,
  type ReconcileResult,
  untilNextAvailable,
  watchOf,
} from "@pinnace/controller-runtime";
import { messageOf } from "@pinnace/errors";
import { type History, syncHistory, templateOf, trimHistory } from "../history/controller-revisions.ts";
import { retainClaim } from "./claim-retention.ts";
import { planStateful, type StatefulStep } from "./plan-stateful.ts";
import {
  claimsOf,
  nameOf,
  ordinalOf,
  podName,
  revisionOf,
  startOrdinal,
  statefulPod,
  withIdentity,
} from "./stateful-pod.ts";
import { type Revisions, statefulSetStatus } from "./stateful-status.ts";

const HASH_LABEL = "controller.kubernetes.io/hash";
const DEFAULT_HISTORY = 10;

/** Keeps numbered pods with claims of their own for every StatefulSet. */
export class StatefulSetController implements ControllerDefinition {
  readonly concurrency = 5;
  readonly watches: ControllerDefinition["watches"];
  readonly #components: ControllerComponents;
  readonly #sets: Informer<StatefulSet>;
  readonly #pods: Informer<Pod>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #revisions: Informer<ControllerRevision>;

  constructor(components: ControllerComponents) {
    const { informers } = components;
    this.#components = components;
    this.#sets = informers.informer(STATEFUL_SETS);
    this.#pods = informers.informer(PODS);
    this.#claims = informers.informer(PERSISTENT_VOLUME_CLAIMS);
    this.#revisions = informers.informer(CONTROLLER_REVISIONS);
    this.watches = [
      watchOf(this.#sets),
      watchOf(this.#pods, (event) => this.#podKeys(event)),
      watchOf(this.#claims, () => []),
      watchOf(this.#revisions, () => []),
    ];
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const set = this.#sets.lister.get(key);
    if (set === undefined || set.metadata?.deletionTimestamp !== undefined) return undefined;
    const history = await this.#history(set);
    const update = nameOf(history.current);
    const current = history.old.find((revision) => nameOf(revision) === set.status?.currentRevision);
    const revisions: Revisions = { update, current: current === undefined ? update : nameOf(current) };
    const pods = await this.#podsOf(set);
    const steps = planStateful({ set, pods, updateRevision: update, now: this.#now });
    const failure = await this.#executeAll(set, steps, history, revisions);
    for (const pod of pods) await this.#retainClaims(set, pod);
    await this.#updateStatus(key, set, revisions);
    const live = new Set([update, revisions.current, ...pods.map(revisionOf)]);
    const limit = set.spec?.revisionHistoryLimit ?? DEFAULT_HISTORY;
    await trimHistory(this.#components, history.old, limit, (revision) => live.has(nameOf(revision)));
    if (failure !== undefined) throw failure;
    const requeueAfter = untilNextAvailable(pods, set.spec?.minReadySeconds ?? 0, this.#now);
    return requeueAfter === undefined ? undefined : { requeueAfter };
  }

  get #now(): number {
    return this.#components.clock.now();
  }

  #history(set: StatefulSet): Promise<History> {
    return syncHistory(
      {
        components: this.#components,
        owner: set,
        ownerType: STATEFUL_SETS,
        selector: labelMatcher(set.spec?.selector),
        template: set.spec?.template ?? {},
        hashLabel: HASH_LABEL,
      },
      this.#revisions.lister.inNamespace(set.metadata?.namespace ?? ""),
    );
  }

  /** Does the steps in order; the first failure ends them and is given back. */
  async #executeAll(
    set: StatefulSet,
    steps: readonly StatefulStep[],
    history: History,
    revisions: Revisions,
  ): Promise<unknown> {
    try {
      for (const step of steps) await this.#execute(set, step, history, revisions);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  async #execute(set: StatefulSet, step: StatefulStep, history: History, revisions: Revisions): Promise<void> {
    const { events } = this.#components;
    if (step.action === "create") return this.#create(set, step.ordinal, history, revisions);
    if (step.action === "identify") return this.#identify(set, step.ordinal, step.pod);
    if (step.action === "recreate") {
      const { namespace } = set.metadata ?? {};
      const failed = step.pod.status?.phase === "Failed";
      const what = failed ? "failed" : "terminated";
      const message = `StatefulSet ${namespace}/${nameOf(set)} is recreating ${what} Pod ${nameOf(step.pod)}`;
      if (failed) events.event(set, "Warning", "RecreatingFailedPod", message);
      else events.event(set, "Normal", "RecreatingTerminatedPod", message);
    }
    if (step.action === "scale-down") await this.#retainClaims(set, step.pod);
    return this.#delete(set, step.pod);
  }

  async #create(set: StatefulSet, ordinal: number, history: History, revisions: Revisions): Promise<void> {
    const { client, events } = this.#components;
    const name = podName(set, ordinal);
    const old = usesCurrentRevision(set, ordinal)
      ? history.old.find((revision) => nameOf(revision) === revisions.current)
      : undefined;
    const template = old === undefined ? (set.spec?.template ?? {}) : templateOf(old);
    const revision = old === undefined ? revisions.update : revisions.current;
    try {
      await this.#createClaims(set, ordinal);
      await client
        .resource(PODS)
        .namespace(set.metadata?.namespace ?? "")
        .create(statefulPod(set, template, revision, ordinal));
      events.event(set, "Normal", "SuccessfulCreate", `Create Pod ${name} in StatefulSet ${nameOf(set)} successful`);
    } catch (error) {
      if (hasReason(error, "AlreadyExists") && this.#isOurs(set, name)) return;
      const message = `Create Pod ${name} in StatefulSet ${nameOf(set)} failed error: ${messageOf(error)}`;
      events.event(set, "Warning", "FailedCreate", message);
      throw error;
    }
  }

  /** Whether the cache merely lags: a pod of that name that the cache does not know yet may be this set's. */
  #isOurs(set: StatefulSet, name: string): boolean {
    const pod = this.#pods.lister.get(`${set.metadata?.namespace}/${name}`);
    return pod !== undefined && controllerOf(pod)?.uid === set.metadata?.uid;
  }

  async #createClaims(set: StatefulSet, ordinal: number): Promise<void> {
    const { client, events } = this.#components;
    for (const draft of claimsOf(set, ordinal)) {
      if (this.#claims.lister.get(objectKey(draft)) !== undefined) continue;
      const claims = client.resource(PERSISTENT_VOLUME_CLAIMS).namespace(set.metadata?.namespace ?? "");
      const text = `Create Claim ${nameOf(draft)} Pod ${podName(set, ordinal)} in StatefulSet ${nameOf(set)}`;
      try {
        await claims.create(draft);
        events.event(set, "Normal", "SuccessfulCreate", `${text} success`);
      } catch (error) {
        if (hasReason(error, "AlreadyExists")) continue;
        events.event(set, "Warning", "FailedCreate", `${text} failed error: ${messageOf(error)}`);
        throw error;
      }
    }
  }

  async #identify(set: StatefulSet, ordinal: number, pod: Pod): Promise<void> {
    const next = withIdentity(set, pod, ordinal);
    const pods = this.#components.client.resource(PODS).namespace(set.metadata?.namespace ?? "");
    if (next !== undefined) await pods.update(next);
  }

  async #delete(set: StatefulSet, pod: Pod): Promise<void> {
    const { client, events } = this.#components;
    const { name = "", namespace = "", uid = "" } = pod.metadata ?? {};
    const text = `delete Pod ${name} in StatefulSet ${nameOf(set)}`;
    try {
      await client.resource(PODS).namespace(namespace).delete(name, { preconditions: { uid } });
      events.event(set, "Normal", "SuccessfulDelete", `${text} successful`);
    } catch (error) {
      if (hasReason(error, "NotFound")) return;
      events.event(set, "Warning", "FailedDelete", `${text} failed error: ${messageOf(error)}`);
      throw error;
    }
  }

  async #retainClaims(set: StatefulSet, pod: Pod): Promise<void> {
    const ordinal = ordinalOf(set, pod);
    if (ordinal === undefined) return;
    const start = startOrdinal(set);
    const condemned = ordinal < start || ordinal >= start + (set.spec?.replicas ?? 1);
    for (const draft of claimsOf(set, ordinal))
      await retainClaim(this.#components, set, pod, this.#claims.lister.get(objectKey(draft)), condemned);
  }

  async #updateStatus(key: string, set: StatefulSet, revisions: Revisions): Promise<void> {
    const pods = this.#pods.lister
      .inNamespace(set.metadata?.namespace ?? "")
      .filter((pod) => controllerOf(pod)?.uid === set.metadata?.uid && ordinalOf(set, pod) !== undefined);
    const status = statefulSetStatus(set, pods, revisions, this.#now);
    const written = set.status?.currentRevision !== undefined && set.status.availableReplicas !== undefined;
    if (written && semanticEqual(status, set.status)) return;
    const [namespace = ""] = key.split("/");
    await this.#components.client
      .resource(STATEFUL_SETS)
      .namespace(namespace)
      .updateStatus({ ...set, status });
  }

  async #podsOf(set: StatefulSet): Promise<readonly Pod[]> {
    const selector = labelMatcher(set.spec?.selector);
    return claim({
      client: this.#components.client,
      owner: set,
      ownerType: STATEFUL_SETS,
      type: PODS,
      objects: this.#pods.lister.inNamespace(set.metadata?.namespace ?? ""),
      selects: (pod) => selector.matches(pod.metadata?.labels ?? {}) && ordinalOf(set, pod) !== undefined,
    });
  }

  *#podKeys({ type, object, old }: CacheEvent<Pod>): Iterable<string> {
    const key = controllerKey(object, STATEFUL_SETS);
    const before = old === undefined ? undefined : controllerKey(old, STATEFUL_SETS);
    if (before !== undefined && before !== key) yield before;
    if (key !== undefined) yield key;
    else if (type !== "delete" && controllerOf(object) === undefined) yield* this.#selecting(object);
  }

  *#selecting(pod: Pod): Iterable<string> {
    for (const set of this.#sets.lister.inNamespace(pod.metadata?.namespace ?? ""))
      if (ordinalOf(set, pod) !== undefined && labelMatcher(set.spec?.selector).matches(pod.metadata?.labels ?? {}))
        yield objectKey(set);
  }
}

/** Below the partition of a rolling update pods are made from the revision before the update. */
function usesCurrentRevision(set: StatefulSet, ordinal: number): boolean {
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
  return type !== "OnDelete" && ordinal < startOrdinal(set) + (rollingUpdate?.partition ?? 0);
}
