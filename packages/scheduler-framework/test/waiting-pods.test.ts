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

  it("rejects when time is up", async () => {
    const { clock, answers, done } = wait({ A: 5_000, B: 2_000 });
    await clock.advance(2_000);
    await done;
    expect(answers[0]).toMatchObject({
      reasons: ["rejected due to timeout after waiting 2s at plugin B"],
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
});
