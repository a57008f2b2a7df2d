import { expect, it, vi } from "vitest";

it("places the pod on the cheapest node", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  await import("../src/main.ts");
  expect(log.mock.calls).toEqual([['the pod of the scheduler "thrifty" runs on price-10']]);
  log.mockRestore();
});
