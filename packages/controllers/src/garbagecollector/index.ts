import type { ControllerFactory } from "@pinnace/controller-runtime";
import { GarbageCollector } from "./garbage-collector.ts";

/** Deletes dependents after their owners: in the background, in the foreground, or not at all (orphan). */
export const garbageCollector: ControllerFactory = {
  name: "garbage-collector-controller",
  serviceAccount: "generic-garbage-collector",
  create: (components) => new GarbageCollector(components),
};
