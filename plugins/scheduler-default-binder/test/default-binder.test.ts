import { testComponents, testCycle, testPod } from "@pinnace/scheduler-framework/compliance";
import { expect, it } from "vitest";
import plugin from "../src/index.ts";

const cycle = testCycle(testPod("p"), []);
const binding = (bind: () => Promise<void>) =>
  plugin.create(
    testComponents({
      writer: {
        ...testComponents().writer,
        bind,
        preempt: async () => undefined,
        patch: async (_type, object) => object,
      },
    }),
    {},
  );

it("DefaultBinder binds", async () => {
  expect((await binding(async () => undefined).bind!(cycle, "n")).code).toBe("Success");
});

it("DefaultBinder says why it could not", async () => {
  const { code, reasons } = await binding(() => Promise.reject(new Error('pod "p" is gone'))).bind!(cycle, "n");
  expect([code, reasons]).toEqual(["Error", ['pod "p" is gone']]);
});
