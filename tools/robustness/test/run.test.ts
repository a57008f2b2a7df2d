import { createRealClock } from "@pinnace/clock";
import { createMemoryStore } from "@pinnace/store";
import { expect, it } from "vitest";
import { run, type Subject } from "../src/run.ts";

it("ends, with all its clients, when what is disturbed does not come back", async () => {
  const store = createMemoryStore({ clock: createRealClock() });
  let calls = 0;
  const counted = new Proxy(store, {
    get: (target, name: keyof typeof store) => {
      const method = target[name] as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        calls += 1;
        return method.apply(target, args);
      };
    },
  });
  const subject: Subject = {
    store: counted,
    disturb: async () => {
      await store.close();
      throw new Error("it does not start again");
    },
    settle: async () => undefined,
    stop: async () => undefined,
  };
  await expect(run(subject, { seed: 1, rounds: 3 })).rejects.toThrow("it does not start again");
  let before = -1;
  const made = (): number => {
    const since = calls - before;
    before = calls;
    return since;
  };
  await expect.poll(made).toBe(0);
});
