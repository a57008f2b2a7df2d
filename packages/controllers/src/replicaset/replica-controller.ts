import { PODS, type Pod } from "@pinnace/api";
import { hasReason, objectKey, type StatusError, semanticEqual } from "@pinnace/apimachinery";
import type { CacheEvent, Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  claim,
  controllerKey,
  controllerOf,
  controllerReference,
  Expectations,
  isControlledBy,
  isPodActive,
  isTerminating,
  podFromTemplate,
  type ReconcileResult,
  untilNextAvailable,
  watchOf,
} from "@pinnace/controller-runtime";
import { messageOf } from "@pinnace/errors";
import { planReplicas, slowStartBatches } from "./plan-replicas.ts";
import type { ReplicaKind, ReplicaOwner } from "./replica-kind.ts";
import { type ReplicaFailure, replicaStatus } from "./replica-status.ts";

/** Keeps the wanted number of pods for each ReplicaSet, or for each ReplicationController. */
export class ReplicaController<T extends ReplicaOwner> implements ControllerDefinition {
  readonly concurrency = 5;
  readonly watches: ControllerDefinition["watches"];
  readonly #kind: ReplicaKind<T>;
  readonly #components: ControllerComponents;
  readonly #owners: Informer<T>;
  readonly #pods: Informer<Pod>;
  readonly #expectations: Expectations;

  constructor(kind: ReplicaKind<T>, components: ControllerComponents) {
    this.#kind = kind;
    this.#components = components;
    this.#owners = components.informers.informer(kind.type);
    this.#pods = components.informers.informer(PODS);
    this.#expectations = new Expectations(components.clock);
    this.watches = [
      watchOf(this.#owners, (event) => this.#ownerKeys(event)),
      watchOf(this.#pods, (event) => this.#podKeys(event)),
    ];
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const owner = this.#owners.lister.get(key);
    if (owner === undefined) {
      this.#expectations.forget(key);
      return undefined;
    }
    const now = this.#components.clock.now();
    const settled = this.#expectations.satisfied(key);
    const { active, terminating } = await this.#podsOf(owner);
    const going = owner.metadata?.deletionTimestamp !== undefined;
    const failure = settled && !going ? await this.#manage(key, owner, active, now) : undefined;
    const updated = await this.#updateStatus(owner, active, terminating, failure?.failure, now);
    if (failure !== undefined) throw failure.error;
    const minReadySeconds = updated.spec?.minReadySeconds ?? 0;
    const requeueAfter = untilNextAvailable(active, minReadySeconds, this.#components.clock.now());
    return requeueAfter === undefined ? undefined : { requeueAfter };
  }

  *#ownerKeys({ type, object, old }: CacheEvent<T>): Iterable<string> {
    const key = objectKey(object);
    if (type === "delete" || (old !== undefined && old.metadata?.uid !== object.metadata?.uid))
      this.#expectations.forget(key);
    yield key;
  }

  *#podKeys({ type, object, old }: CacheEvent<Pod>): Iterable<string> {
    const owner = controllerKey(object, this.#kind.type);
    const before = old === undefined ? undefined : controllerKey(old, this.#kind.type);
    if (owner !== undefined && type === "add" && !isTerminating(object)) this.#expectations.creationObserved(owner);
    if (owner !== undefined && (type === "delete" || isTerminating(object)))
      this.#expectations.deletionObserved(owner, object.metadata?.uid ?? "");
    if (before !== undefined && before !== owner) yield before;
    if (owner !== undefined) yield owner;
    else if (controllerOf(object) === undefined && type !== "delete") yield* this.#selecting(object);
  }

  /** Owners that an orphan could belong to. */
  *#selecting(pod: Pod): Iterable<string> {
    const labels = pod.metadata?.labels;
    if (labels === undefined) return;
    for (const owner of this.#owners.lister.inNamespace(pod.metadata?.namespace ?? ""))
      if (this.#kind.selector(owner).matches(labels)) yield objectKey(owner);
  }

  async #podsOf(owner: T): Promise<{ readonly active: readonly Pod[]; readonly terminating: readonly Pod[] }> {
    const selector = this.#kind.selector(owner);
    const pods = this.#pods.lister.inNamespace(owner.metadata?.namespace ?? "");
    const active = await claim({
      client: this.#components.client,
      owner,
      ownerType: this.#kind.type,
      type: PODS,
      objects: pods.filter(isPodActive),
      selects: (pod) => selector.matches(pod.metadata?.labels ?? {}),
    });
    const terminating = pods.filter(
      (pod) => isTerminating(pod) && isControlledBy(pod, owner) && selector.matches(pod.metadata?.labels ?? {}),
    );
    return { active, terminating };
  }

  async #manage(
    key: string,
    owner: T,
    active: readonly Pod[],
    now: number,
  ): Promise<{ readonly failure: ReplicaFailure; readonly error: unknown } | undefined> {
    const plan = planReplicas(owner.spec?.replicas ?? 1, active, this.#related(owner), now);
    try {
      if (plan.create > 0) await this.#create(key, owner, plan.create);
      if (plan.delete.length > 0) await this.#delete(key, owner, plan.delete);
      return undefined;
    } catch (error) {
      const reason = plan.create > 0 ? "FailedCreate" : "FailedDelete";
      return { failure: { reason, message: messageOf(error) }, error };
    }
  }

  /** Active pods of all owners under the same controller; none when there is no such controller. */
  #related(owner: T): readonly Pod[] {
    const controller = controllerOf(owner);
    if (controller === undefined) return [];
    const namespace = owner.metadata?.namespace ?? "";
    const siblings = this.#owners.lister
      .inNamespace(namespace)
      .filter((sibling) => controllerOf(sibling)?.uid === controller.uid);
    const uids = new Set(siblings.map((sibling) => sibling.metadata?.uid));
    return this.#pods.lister
      .inNamespace(namespace)
      .filter((pod) => isPodActive(pod) && uids.has(controllerOf(pod)?.uid));
  }

  async #create(key: string, owner: T, count: number): Promise<void> {
    this.#expectations.expectCreations(key, count);
    let left = count;
    for (const size of slowStartBatches(count)) {
      const outcomes = await Promise.allSettled(Array.from({ length: size }, () => this.#createPod(key, owner)));
      left -= size;
      const failed = outcomes.find((outcome) => outcome.status === "rejected");
      if (failed === undefined) continue;
      for (let skipped = 0; skipped < left; skipped++) this.#expectations.creationObserved(key);
      throw failed.reason;
    }
  }

  async #createPod(key: string, owner: T): Promise<void> {
    const { client, events } = this.#components;
    const reference = controllerReference(owner, this.#kind.type);
    const pods = client.resource(PODS).namespace(owner.metadata?.namespace ?? "");
    try {
      const pod = await pods.create(podFromTemplate(owner.spec?.template ?? {}, reference));
      events.event(owner, "Normal", "SuccessfulCreate", `Created pod: ${pod.metadata?.name}`);
    } catch (error) {
      this.#expectations.creationObserved(key);
      if (isNamespaceTerminating(error)) return;
      events.event(owner, "Warning", "FailedCreate", `Error creating: ${messageOf(error)}`);
      throw error;
    }
  }

  async #delete(key: string, owner: T, pods: readonly Pod[]): Promise<void> {
    this.#expectations.expectDeletions(
      key,
      pods.map((pod) => pod.metadata?.uid ?? ""),
    );
    const outcomes = await Promise.allSettled(pods.map((pod) => this.#deletePod(key, owner, pod)));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async #deletePod(key: string, owner: T, pod: Pod): Promise<void> {
    const { client, events } = this.#components;
    const { name = "", namespace = "", uid = "" } = pod.metadata ?? {};
    try {
      await client.resource(PODS).namespace(namespace).delete(name);
      events.event(owner, "Normal", "SuccessfulDelete", `Deleted pod: ${name}`);
    } catch (error) {
      this.#expectations.deletionObserved(key, uid);
      if (hasReason(error, "NotFound")) return;
      events.event(owner, "Warning", "FailedDelete", `Error deleting: ${messageOf(error)}`);
      throw error;
    }
  }

  async #updateStatus(
    owner: T,
    active: readonly Pod[],
    terminating: readonly Pod[],
    failure: ReplicaFailure | undefined,
    now: number,
  ): Promise<T> {
    const counted = this.#kind.countsTerminating ? terminating : undefined;
    const status = replicaStatus({ owner, active, terminating: counted, failure, now });
    if (semanticEqual(status, owner.status)) return owner;
    const owners = this.#components.client.resource(this.#kind.type).namespace(owner.metadata?.namespace ?? "");
    return owners.updateStatus({ ...owner, status });
  }
}

/** True when the API refused because the namespace is going away: trying again makes no sense. */
export function isNamespaceTerminating(error: unknown): boolean {
  if (!hasReason(error, "Forbidden")) return false;
  const causes = (error as StatusError).status.details?.causes ?? [];
  return causes.some((cause) => cause.reason === "NamespaceTerminating");
}
