import type { ControllerFactory } from "@pinnace/controller-runtime";
import { ReplicaController } from "./replica-controller.ts";
import { replicaSetKind, replicationControllerKind } from "./replica-kind.ts";

/** Keeps the wanted number of pods of every ReplicaSet. */
export const replicaSetController: ControllerFactory = {
  name: "replicaset-controller",
  create: (components) => new ReplicaController(replicaSetKind, components),
};

/** Keeps the wanted number of pods of every ReplicationController. */
export const replicationControllerController: ControllerFactory = {
  name: "replicationcontroller-controller",
  serviceAccount: "replication-controller",
  eventSource: "replication-controller",
  create: (components) => new ReplicaController(replicationControllerKind, components),
};
