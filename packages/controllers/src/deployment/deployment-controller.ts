import { DEPLOYMENTS, type Deployment, PODS, type Pod, REPLICA_SETS, type ReplicaSet } from "@pinnace/api";
import { labelMatcher, objectKey } from "@pinnace/apimachinery";
import type { CacheEvent, Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  claim,
  controllerKey,
  controllerOf,
  findCondition,
  isPodFinished,
  type ReconcileResult,
  watchOf,
  withCondition,
} from "@pinnace/controller-runtime";
import {
  deploymentCondition,
  deploymentStatus,
  isComplete,
  progressDeadline,
  rolloutStatus,
  untilDeadline,
} from "./deployment-status.ts";
import { DeploymentSync } from "./deployment-sync.ts";
import { planCleanup, planScaleDown, planScaleDownForRecreate, planScaleUp } from "./plan-rollout.ts";
import { isScalingEvent, planScaling } from "./plan-scaling.ts";
import { isRollingUpdate, specReplicas } from "./replica-sets.ts";

/** Rolls Deployments out by way of ReplicaSets. */
export class DeploymentController implements ControllerDefinition {
  readonly concurrency = 5;
  readonly watches: ControllerDefinition["watches"];
  readonly #components: ControllerComponents;
  readonly #deployments: Informer<Deployment>;
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #pods: Informer<Pod>;

  constructor(components: ControllerComponents) {
    this.#components = components;
    this.#deployments = components.informers.informer(DEPLOYMENTS);
    this.#replicaSets = components.informers.informer(REPLICA_SETS);
    this.#pods = components.informers.informer(PODS);
    this.watches = [
      watchOf(this.#deployments),
      watchOf(this.#replicaSets, (event) => this.#replicaSetKeys(event)),
      watchOf(this.#pods, (event) => this.#podKeys(event)),
    ];
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const deployment = this.#deployments.lister.get(key);
    if (deployment === undefined) return undefined;
    const selector = labelMatcher(deployment.spec?.selector);
    if (selector.isEmpty) return this.#refuseEmptySelector(deployment);
    const replicaSets = await claim({
      client: this.#components.client,
      owner: deployment,
      ownerType: DEPLOYMENTS,
      type: REPLICA_SETS,
      objects: this.#replicaSets.lister.inNamespace(deployment.metadata?.namespace ?? ""),
      selects: (replicaSet) => selector.matches(replicaSet.metadata?.labels ?? {}),
    });
    const sync = new DeploymentSync(this.#components, deployment, replicaSets);
    if (deployment.metadata?.deletionTimestamp !== undefined) {
      await sync.syncRevision();
      await sync.updateStatus(deploymentStatus(sync.deployment, sync.sets, sync.now));
      return undefined;
    }
    await checkPaused(sync);
    if (sync.deployment.spec?.paused || isScalingEvent(sync.deployment, sync.sets)) return syncScale(sync);
    return isRollingUpdate(sync.deployment) ? rollingUpdate(sync) : this.#recreate(sync);
  }

  async #recreate(sync: DeploymentSync): Promise<ReconcileResult | undefined> {
    await sync.syncRevision();
    if (await sync.scale(planScaleDownForRecreate(sync.sets))) return finish(sync);
    if (this.#oldPodsRun(sync)) return finish(sync);
    await sync.ensureReplicaSet();
    const { current } = sync.sets;
    const wanted = specReplicas(sync.deployment);
    if (current !== undefined) await sync.scale([{ replicaSet: current, replicas: wanted }]);
    return cleanUpAndFinish(sync);
  }

  /** True while pods of old ReplicaSets, terminating ones included, have not finished. */
  #oldPodsRun({ deployment, sets }: DeploymentSync): boolean {
    const old = new Set(sets.old.map((replicaSet) => replicaSet.metadata?.uid));
    return this.#pods.lister
      .inNamespace(deployment.metadata?.namespace ?? "")
      .some((pod) => old.has(controllerOf(pod)?.uid) && !isPodFinished(pod) && pod.status?.phase !== "Unknown");
  }

  async #refuseEmptySelector(deployment: Deployment): Promise<undefined> {
    this.#components.events.event(
      deployment,
      "Warning",
      "SelectingAll",
      "This deployment is selecting all pods. A non-empty selector is required.",
    );
    const observedGeneration = deployment.metadata?.generation ?? 0;
    if ((deployment.status?.observedGeneration ?? 0) >= observedGeneration) return;
    const sync = new DeploymentSync(this.#components, deployment, []);
    await sync.updateStatus({ ...deployment.status, observedGeneration });
  }

  *#replicaSetKeys({ type, object, old }: CacheEvent<ReplicaSet>): Iterable<string> {
    const owner = controllerKey(object, DEPLOYMENTS);
    const before = old === undefined ? undefined : controllerKey(old, DEPLOYMENTS);
    if (before !== undefined && before !== owner) yield before;
    if (owner !== undefined) yield owner;
    else if (type !== "delete" && controllerOf(object) === undefined) yield* this.#selecting(object);
  }

  *#selecting(replicaSet: ReplicaSet): Iterable<string> {
    const labels = replicaSet.metadata?.labels ?? {};
    for (const deployment of this.#deployments.lister.inNamespace(replicaSet.metadata?.namespace ?? ""))
      if (labelMatcher(deployment.spec?.selector).matches(labels)) yield objectKey(deployment);
  }

  /** Only Recreate waits for pods: for the last old one to be gone. */
  *#podKeys({ type, object }: CacheEvent<Pod>): Iterable<string> {
    if (type !== "delete" && !isPodFinished(object)) return;
    const replicaSetKey = controllerKey(object, REPLICA_SETS);
    const replicaSet = replicaSetKey === undefined ? undefined : this.#replicaSets.lister.get(replicaSetKey);
    const key = replicaSet === undefined ? undefined : controllerKey(replicaSet, DEPLOYMENTS);
    const deployment = key === undefined ? undefined : this.#deployments.lister.get(key);
    if (key !== undefined && deployment !== undefined && !isRollingUpdate(deployment)) yield key;
  }
}

/** Says in the conditions that the Deployment was paused or resumed, so that the deadline does not run meanwhile. */
async function checkPaused(sync: DeploymentSync): Promise<void> {
  const { status, spec } = sync.deployment;
  if (progressDeadline(sync.deployment) === undefined) return;
  const reason = findCondition(status?.conditions, "Progressing")?.reason;
  if (reason === "ProgressDeadlineExceeded") return;
  const paused = spec?.paused === true;
  if (paused === (reason === "DeploymentPaused")) return;
  const condition = paused
    ? deploymentCondition("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", sync.now)
    : deploymentCondition("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed", sync.now);
  await sync.updateStatus({ ...status, conditions: withCondition(status?.conditions, condition) });
}

/** A new size without a rollout. */
async function syncScale(sync: DeploymentSync): Promise<undefined> {
  await sync.syncRevision();
  await sync.scale(planScaling(sync.deployment, sync.sets));
  if (sync.deployment.spec?.paused) await sync.delete(planCleanup(sync.deployment, sync.sets.old));
  await sync.updateStatus(deploymentStatus(sync.deployment, sync.sets, sync.now));
}

async function rollingUpdate(sync: DeploymentSync): Promise<ReconcileResult | undefined> {
  await sync.ensureReplicaSet();
  const up = planScaleUp(sync.deployment, sync.sets);
  if (up !== undefined && (await sync.scale([up]))) return finish(sync);
  if (await sync.scale(planScaleDown(sync.deployment, sync.sets))) return finish(sync);
  return cleanUpAndFinish(sync);
}

async function cleanUpAndFinish(sync: DeploymentSync): Promise<ReconcileResult | undefined> {
  if (isComplete(sync.deployment, sync.deployment.status ?? {}))
    await sync.delete(planCleanup(sync.deployment, sync.sets.old));
  return finish(sync);
}

async function finish(sync: DeploymentSync): Promise<ReconcileResult | undefined> {
  const status = rolloutStatus(sync.deployment, sync.sets, sync.now);
  if (await sync.updateStatus(status)) return undefined;
  const requeueAfter = untilDeadline(sync.deployment, status, sync.now);
  return requeueAfter === undefined ? undefined : { requeueAfter };
}
