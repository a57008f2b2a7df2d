import { DEPLOYMENTS, type Deployment, type DeploymentStatus, REPLICA_SETS, type ReplicaSet } from "@pinnace/api";
import { hasReason, semanticEqual } from "@pinnace/apimachinery";
import type { ResourceClient } from "@pinnace/client";
import {
  type ControllerComponents,
  controllerReference,
  findCondition,
  isControlledBy,
  withCondition,
} from "@pinnace/controller-runtime";
import { messageOf } from "@pinnace/errors";
import { isNamespaceTerminating } from "../replicaset/replica-controller.ts";
import { maxRevision, newReplicaSetAnnotations, REVISION, replicasAnnotations } from "./annotations.ts";
import { deploymentCondition, progressDeadline } from "./deployment-status.ts";
import { newReplicaSetSize, type ScaleStep } from "./plan-rollout.ts";
import { fenceposts, nameOf, type ReplicaSets, specReplicas, splitReplicaSets } from "./replica-sets.ts";
import { POD_TEMPLATE_HASH, sameTemplate, templateHash } from "./template-hash.ts";

/** One reconciliation of one Deployment: the objects as they are after the writes so far, and the writes. */
export class DeploymentSync {
  deployment: Deployment;
  sets: ReplicaSets;
  readonly #components: ControllerComponents;
  readonly #deployments: ResourceClient<Deployment>;
  readonly #replicaSets: ResourceClient<ReplicaSet>;

  constructor(components: ControllerComponents, deployment: Deployment, replicaSets: readonly ReplicaSet[]) {
    const namespace = deployment.metadata?.namespace ?? "";
    this.#components = components;
    this.deployment = deployment;
    this.sets = splitReplicaSets(deployment, replicaSets);
    this.#deployments = components.client.resource(DEPLOYMENTS).namespace(namespace);
    this.#replicaSets = components.client.resource(REPLICA_SETS).namespace(namespace);
  }

  get now(): number {
    return this.#components.clock.now();
  }

  /** Raises the revision of the present template's ReplicaSet above all others', and the Deployment's with it. */
  async syncRevision(): Promise<void> {
    const { current } = this.sets;
    if (current === undefined) return;
    const present = current.metadata?.annotations ?? {};
    const annotations = newReplicaSetAnnotations(this.deployment, present, maxRevision(this.sets.old) + 1n);
    const minReadySeconds = this.deployment.spec?.minReadySeconds ?? 0;
    if (!semanticEqual(annotations, present) || (current.spec?.minReadySeconds ?? 0) !== minReadySeconds) {
      const updated = await this.#replicaSets.update({
        ...current,
        metadata: { ...current.metadata, annotations },
        spec: { ...current.spec!, minReadySeconds },
      });
      this.#replace(current, updated);
    }
    await this.#recordRevision(
      annotations[REVISION] ?? "",
      "FoundNewReplicaSet",
      `Found new replica set "${nameOf(current)}"`,
      false,
    );
  }

  /** {@link syncRevision}, and makes the ReplicaSet of the present template when there is none. */
  async ensureReplicaSet(): Promise<void> {
    if (this.sets.current !== undefined) {
      await this.syncRevision();
      return;
    }
    const draft = this.#draftReplicaSet();
    const { created, replicaSet } = await this.#create(draft);
    this.sets = { current: replicaSet, old: this.sets.old };
    const size = specReplicas(draft);
    if (created && size > 0)
      this.#event("Normal", "ScalingReplicaSet", `Scaled up replica set ${nameOf(draft)} from 0 to ${size}`);
    await this.#recordRevision(
      draft.metadata?.annotations?.[REVISION] ?? "",
      "NewReplicaSetCreated",
      `Created new replica set "${nameOf(draft)}"`,
      created,
    );
  }

  /** Gives ReplicaSets their sizes and refreshes the annotations that record the Deployment's scale. */
  async scale(steps: readonly ScaleStep[]): Promise<boolean> {
    let scaled = false;
    for (const { replicaSet, replicas } of steps) {
      const before = specReplicas(replicaSet);
      const annotations = { ...replicaSet.metadata?.annotations, ...this.#scaleAnnotations() };
      if (before === replicas && semanticEqual(annotations, replicaSet.metadata?.annotations)) continue;
      const updated = await this.#replicaSets.update({
        ...replicaSet,
        metadata: { ...replicaSet.metadata, annotations },
        spec: { ...replicaSet.spec!, replicas },
      });
      this.#replace(replicaSet, updated);
      if (before === replicas) continue;
      scaled = true;
      const direction = before < replicas ? "up" : "down";
      const message = `Scaled ${direction} replica set ${nameOf(replicaSet)} from ${before} to ${replicas}`;
      this.#event("Normal", "ScalingReplicaSet", message);
    }
    return scaled;
  }

  async delete(replicaSets: readonly ReplicaSet[]): Promise<void> {
    for (const replicaSet of replicaSets) {
      await this.#replicaSets.delete(nameOf(replicaSet)).catch((error: unknown) => {
        if (!hasReason(error, "NotFound")) throw error;
      });
    }
  }

  /** Writes the status when it differs; annotations that changed with it go along. */
  async updateStatus(
    status: DeploymentStatus,
    annotations: Readonly<Record<string, string>> | undefined = this.deployment.metadata?.annotations,
  ): Promise<boolean> {
    const unchanged =
      semanticEqual(status, this.deployment.status) &&
      semanticEqual(annotations, this.deployment.metadata?.annotations);
    if (unchanged) return false;
    this.deployment = await this.#deployments.updateStatus({
      ...this.deployment,
      metadata: { ...this.deployment.metadata, ...(annotations === undefined ? {} : { annotations }) },
      status,
    });
    return true;
  }

  #draftReplicaSet(): ReplicaSet {
    const { deployment, sets } = this;
    const { template, selector, minReadySeconds } = deployment.spec!;
    const hash = templateHash(template, deployment.status?.collisionCount);
    const labels = { ...template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
    const annotations = newReplicaSetAnnotations(deployment, {}, maxRevision(sets.old) + 1n);
    return {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        name: `${nameOf(deployment)}-${hash}`,
        namespace: deployment.metadata?.namespace ?? "",
        labels,
        annotations: { ...annotations, ...this.#scaleAnnotations() },
        ownerReferences: [controllerReference(deployment, DEPLOYMENTS)],
      },
      spec: {
        replicas: newReplicaSetSize(deployment, sets),
        ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
        selector: { ...selector, matchLabels: { ...selector.matchLabels, [POD_TEMPLATE_HASH]: hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    };
  }

  /** Creates the ReplicaSet; one of that name that is ours already is taken, one that is not counts as a collision. */
  async #create(draft: ReplicaSet): Promise<{ readonly created: boolean; readonly replicaSet: ReplicaSet }> {
    try {
      return { created: true, replicaSet: await this.#replicaSets.create(draft) };
    } catch (error) {
      if (!hasReason(error, "AlreadyExists")) throw await this.#creationFailed(draft, error);
      const present = await this.#replicaSets.get(nameOf(draft));
      if (isControlledBy(present, this.deployment) && sameTemplate(present.spec?.template, draft.spec?.template))
        return { created: false, replicaSet: present };
      const collisionCount = (this.deployment.status?.collisionCount ?? 0) + 1;
      await this.updateStatus({ ...this.deployment.status, collisionCount });
      throw error;
    }
  }

  async #creationFailed(draft: ReplicaSet, error: unknown): Promise<unknown> {
    if (isNamespaceTerminating(error)) return error;
    const message = `Failed to create new replica set "${nameOf(draft)}": ${messageOf(error)}`;
    if (progressDeadline(this.deployment) !== undefined) {
      const condition = deploymentCondition("Progressing", "False", "ReplicaSetCreateError", message, this.now);
      const { status } = this.deployment;
      await this.updateStatus({ ...status, conditions: withCondition(status?.conditions, condition) });
    }
    this.#event("Warning", "ReplicaSetCreateError", message);
    return error;
  }

  /** Copies the revision to the Deployment and says in its conditions where the ReplicaSet came from. */
  async #recordRevision(revision: string, reason: string, message: string, created: boolean): Promise<void> {
    const { status, metadata } = this.deployment;
    const wantsCondition =
      progressDeadline(this.deployment) !== undefined &&
      (created || findCondition(status?.conditions, "Progressing") === undefined);
    const conditions = wantsCondition
      ? withCondition(status?.conditions, deploymentCondition("Progressing", "True", reason, message, this.now))
      : status?.conditions;
    const annotations =
      revision === "" || metadata?.annotations?.[REVISION] === revision
        ? metadata?.annotations
        : { ...metadata?.annotations, [REVISION]: revision };
    await this.updateStatus({ ...status, ...(conditions === undefined ? {} : { conditions }) }, annotations);
  }

  #scaleAnnotations(): Readonly<Record<string, string>> {
    const wanted = specReplicas(this.deployment);
    return replicasAnnotations(wanted, wanted + fenceposts(this.deployment).maxSurge);
  }

  #replace(before: ReplicaSet, after: ReplicaSet): void {
    const { current, old } = this.sets;
    this.sets = {
      current: current === before ? after : current,
      old: old.map((replicaSet) => (replicaSet === before ? after : replicaSet)),
    };
  }

  #event(type: "Normal" | "Warning", reason: string, message: string): void {
    this.#components.events.event(this.deployment, type, reason, message);
  }
}
