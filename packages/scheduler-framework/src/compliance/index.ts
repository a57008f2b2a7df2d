/** The compliance suite of scheduler plugins, and fixtures for tests of their own. */
import { createVirtualClock } from "@pinnace/clock";
import { silentLogger } from "@pinnace/logging";
import { createPluginRegistry, isPluginDefinition, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_API_VERSION, SCHEDULER_PLUGIN_TYPE, type SchedulerComponents } from "../contract/components.ts";
import type { SchedulerPlugin } from "../contract/points.ts";
import { type ComplianceCase, EARLY_CASES } from "./cases.ts";
import { LATE_CASES } from "./late-cases.ts";
import { SIGNATURE_CASES } from "./signature-cases.ts";

export { attempt, type Verdicts } from "./attempt.ts";
export type { ComplianceCase } from "./cases.ts";
export { testCycle, testNode, testNodeInfo, testPod, testReader } from "./fixtures.ts";

/** Everything that a scheduler plugin must show. */
export const SCHEDULER_PLUGIN_CASES: readonly ComplianceCase[] = [...EARLY_CASES, ...LATE_CASES, ...SIGNATURE_CASES];

/** The functions of a test runner that the suite needs: vitest's, jest's, or node:test's under these names. */
export interface TestFunctions {
  readonly describe: (name: string, run: () => void) => unknown;
  readonly it: (name: string, run: () => void | Promise<void>) => unknown;
  /** Not used; so that a spec can pass its runner's functions as they are. */
  readonly expect?: unknown;
}

/** Components of an empty cluster: reads find nothing, writes succeed. `change` replaces some. */
export function testComponents(change: Partial<SchedulerComponents> = {}): SchedulerComponents {
  return {
    reader: { get: () => undefined, list: () => [] },
    writer: {
      bind: async () => undefined,
      preempt: async () => undefined,
      create: async (_type, object) => object,
      delete: async () => undefined,
      patch: async (_type, object) => object,
    },
    waitingPods: { list: () => [] },
    filters: { trial: () => undefined },
    queue: { activate: () => undefined },
    background: { signal: new AbortController().signal, watch: () => undefined, list: async () => [] },
    events: { event: () => undefined },
    clock: createVirtualClock(),
    logger: silentLogger,
    random: () => 0,
    schedulerName: "default-scheduler",
    ...change,
  };
}

/** Runs the suite on a plugin, created with `config` for each case. */
export function describeSchedulerPlugin(
  plugin:
    | PluginDefinition<SchedulerComponents, never, SchedulerPlugin>
    | PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin>,
  { describe, it }: TestFunctions,
  config?: unknown,
): void {
  const definition = plugin as unknown as PluginDefinition;
  const hosts = [{ type: SCHEDULER_PLUGIN_TYPE, apiVersion: SCHEDULER_API_VERSION }];
  const registry = createPluginRegistry([{ source: "test", definition }], { hosts });
  const make = (): SchedulerPlugin => registry.create(SCHEDULER_PLUGIN_TYPE, definition.name, testComponents(), config);
  describe(`scheduler plugin ${definition.name}`, () => {
    it("is a plugin that the scheduler accepts", () => {
      if (!isPluginDefinition(definition)) throw new Error("it was not made by definePlugin");
      const [report] = registry.reports;
      if (report?.state !== "ready") throw report?.error ?? new Error(report?.reason);
    });
    for (const { name, run } of SCHEDULER_PLUGIN_CASES) it(name, () => run(make));
  });
}
