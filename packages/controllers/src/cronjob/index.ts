import type { ControllerFactory } from "@pinnace/controller-runtime";
import { CronJobController } from "./cron-job-controller.ts";

/** Makes a Job for every time that a CronJob is due. */
export const cronJobController: ControllerFactory = {
  name: "cronjob-controller",
  create: (components) => new CronJobController(components),
};
