import { createVirtualClock } from "@pinnace/clock";
import { describe, expect, it } from "vitest";
import { testPod } from "../src/compliance/index.ts";
import { type Status, WaitingPodRegistry } from "../src/index.ts";

function wait(timeouts: Readonly<Record<string, number>>) {
  const clock = createVirtualClock();
  const registry = new WaitingPodRegistry(clock);
  const answers: Status[] = [];
  const done = registry.wait(testPod("a"), "n", new Map(Object.entries(timeouts))).then((status) => {
    answers.push(status);
  });
  return { clock, registry, answers, done };
}

describe("WaitingPodRegistry", () => {
  it("lets a pod go when every plugin has allowed it", async () => {
    const { registry, answers, done } = wait({ A: 1_000, B: 1_000 });
    registry.get("uid-a")!.allow("A");
    await Promise.resolve();
    expect(answers).toEqual([]);
    expect(registry.list().map(({ nodeName }) => nodeName)).toEqual(["n"]);
    registry.get("uid-a")!.allow("B");
    await done;
    expect(answers[0]?.code).toBe("Success");
    expect(registry.list()).toEqual([]);
  });

  it("rejects for a plugin", async () => {
    const { registry, answers, done } = wait({ A: 1_000 });
    registry.get("uid-a")!.reject("A", "no room");
    await done;
    expect(answers[0]).toMatchObject({ code: "Unschedulable", reasons: ["no room"], plugin: "A" });
  });

  it("calls it an error, which time heals, when another pod takes the place", async () => {
    const { registry, answers, done } = wait({ A: 1_000 });
    registry.get("uid-a")!.preempt("DefaultPreemption", "preempted");
    await done;
    expect(answers[0]).toMatchObject({ code: "Error", reasons: ["waiting on permit for pod: preempted"] });
  });

  it.each([
    { timeout: 2_000, text: "2s" },
    { timeout: 60_000, text: "1m0s" },
  ])("rejects when $text are over", async ({ timeout, text }) => {
    const { clock, answers, done } = wait({ A: 100_000, B: timeout });
    await clock.advance(timeout);
    await done;
    expect(answers[0]).toMatchObject({
      reasons: [`rejected due to timeout after waiting ${text} at plugin B`],
      plugin: "B",
    });
  });

  it("rejects a pod that is gone, and ignores strangers", async () => {
    const { registry, answers, done } = wait({ A: 1_000 });
    registry.reject("uid-b", "pod deleted");
    registry.reject("uid-a", "pod deleted");
    await done;
    expect(answers[0]?.reasons).toEqual(["pod deleted"]);
  });

  it("gives up the PreBind of a pod as long as it runs, once", () => {
    const registry = new WaitingPodRegistry(createVirtualClock());
    expect(registry.cancelPreBind("uid-a", "why")).toBe(false);
    const { signal, end } = registry.preBind(testPod("a"));
    expect([registry.cancelPreBind("uid-a", "why"), registry.cancelPreBind("uid-a", "why")]).toEqual([true, false]);
    expect(signal.reason).toEqual(new Error("why"));
    end();
    const later = registry.preBind(testPod("a"));
    later.end();
    expect([registry.cancelPreBind("uid-a", "why"), later.signal.aborted]).toEqual([false, false]);
  });
});
