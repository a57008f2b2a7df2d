import type { ControllerFactory } from "@pinnace/controller-runtime";
import { DaemonSetController } from "./daemon-set-controller.ts";

/** Keeps one pod of each DaemonSet on every node that it fits. */
export const daemonSetController: ControllerFactory = {
  name: "daemonset-controller",
  serviceAccount: "daemon-set-controller",
  create: (components) => new DaemonSetController(components),
};
