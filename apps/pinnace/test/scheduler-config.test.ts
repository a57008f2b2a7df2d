import { definePlugin } from "@pinnace/plugin";
import { expect, it } from "vitest";
import { schedulerConfig } from "../src/up/scheduler-config.ts";

const candidate = (name: string, type = "pinnace.scheduler.v1", apiRange = "^1.0.0") => ({
  source: name,
  definition: definePlugin({ type, name, apiRange, create: () => ({}) }),
});

it("adds what was found besides the defaults and can be used", () => {
  const found = [
    candidate("NodeName"),
    candidate("Avoid"),
    candidate("ptp", "pinnace.cni.v1"),
    candidate("Newer", "pinnace.scheduler.v1", "^9.0.0"),
  ];
  expect(schedulerConfig(found).profiles).toEqual([
    { schedulerName: "default-scheduler", plugins: { multiPoint: { enabled: [{ name: "Avoid" }] } } },
  ]);
});
