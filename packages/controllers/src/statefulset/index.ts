import type { ControllerFactory } from "@pinnace/controller-runtime";
import { StatefulSetController } from "./stateful-set-controller.ts";

/** Keeps numbered pods with claims of their own for every StatefulSet. */
export const statefulSetController: ControllerFactory = {
  name: "statefulset-controller",
  create: (components) => new StatefulSetController(components),
};
