import {
  type PodTemplateSpec,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  type ReplicaSet,
  type ReplicationController,
} from "@pinnace/api";
import {
  type KubernetesObject,
  type LabelMatcher,
  labelMatcher,
  labelSetMatcher,
  matchNothing,
  type ResourceType,
} from "@pinnace/apimachinery";

/** What ReplicaSets and ReplicationControllers have in common. */
export interface ReplicaOwner extends KubernetesObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly template?: PodTemplateSpec;
  };
  readonly status?: ReplicaStatus;
}

export interface ReplicaStatus {
  readonly replicas: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly terminatingReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly ReplicaCondition[];
}

export interface ReplicaCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string | null;
  readonly reason?: string;
  readonly message?: string;
}

/** In what ReplicaSets and ReplicationControllers differ. */
export interface ReplicaKind<T extends ReplicaOwner> {
  readonly type: ResourceType<T>;
  selector(owner: T): LabelMatcher;
  /** Whether `status.terminatingReplicas` is kept (KEP-3973). */
  readonly countsTerminating: boolean;
}

export const replicaSetKind: ReplicaKind<ReplicaSet> = {
  type: REPLICA_SETS,
  selector: (owner) => labelMatcher(owner.spec?.selector),
  countsTerminating: true,
};

export const replicationControllerKind: ReplicaKind<ReplicationController> = {
  type: REPLICATION_CONTROLLERS,
  selector: (owner) => (owner.spec?.selector === undefined ? matchNothing : labelSetMatcher(owner.spec.selector)),
  countsTerminating: false,
};
