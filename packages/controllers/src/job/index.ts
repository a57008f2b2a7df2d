import type { ControllerFactory } from "@pinnace/controller-runtime";
import { JobController } from "./job-controller.ts";

/** Runs the pods of Jobs to completion. */
export const jobController: ControllerFactory = {
  name: "job-controller",
  create: (components) => new JobController(components),
};
