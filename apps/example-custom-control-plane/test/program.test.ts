import { expect, it, vi } from "vitest";

it("runs the pods of its own kind with three controllers", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  await import("../src/main.ts");
  expect(log.mock.calls).toEqual([
    ["gig and pinnace run; the controllers are node-lifecycle-controller, serviceaccount-controller, fleet-controller"],
  ]);
  log.mockRestore();
});
