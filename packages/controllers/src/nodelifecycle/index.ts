import type { ControllerFactory } from "@pinnace/controller-runtime";
import { NodeLifecycleController } from "./node-lifecycle-controller.ts";

/** Watches over nodes: silence, taints by condition, pods of lost nodes. */
export const nodeLifecycleController: ControllerFactory = {
  name: "node-lifecycle-controller",
  serviceAccount: "node-controller",
  eventSource: "node-controller",
  create: (components) => new NodeLifecycleController(components),
};
