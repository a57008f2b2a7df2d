import type { ControllerFactory } from "@pinnace/controller-runtime";
import { DeploymentController } from "./deployment-controller.ts";

/** Rolls Deployments out. */
export const deploymentController: ControllerFactory = {
  name: "deployment-controller",
  create: (components) => new DeploymentController(components),
};
