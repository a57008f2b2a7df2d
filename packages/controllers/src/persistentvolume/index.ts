import type { ControllerFactory } from "@pinnace/controller-runtime";
import { VolumeBinder } from "./volume-binder.ts";

/** Binds claims to volumes and keeps the phases of both. */
export const persistentVolumeBinder: ControllerFactory = {
  name: "persistentvolume-binder-controller",
  serviceAccount: "persistent-volume-binder",
  eventSource: "persistentvolume-controller",
  create: (components) => new VolumeBinder(components),
};
