import type { Client } from "@pinnace/client";
import { createVirtualClock } from "@pinnace/clock";
import { testPod } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import { createSchedulingEvents, type SchedulingEvent } from "../src/index.ts";

interface Written {
  readonly verb: "create" | "patch";
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

function setup(fails = false) {
  const clock = createVirtualClock();
  const written: Written[] = [];
  const write = (verb: Written["verb"], name: string, body: Written["body"]): void => {
    if (fails) throw new Error("refused");
    written.push({ verb, name, body });
  };
  const resource = {
    namespace: () => resource,
    create: async (event: Written["body"] & { metadata: { name: string } }) =>
      write("create", event.metadata.name, event),
    patch: async (name: string, { body }: { body: Written["body"] }) => write("patch", name, body),
  };
  const client = { resource: () => resource } as unknown as Client;
  const events = createSchedulingEvents({ client, clock, controller: "default-scheduler" });
  return { clock, written, events };
}

const FAILED: SchedulingEvent = { type: "Warning", reason: "FailedScheduling", action: "Scheduling", note: "no room" };
const pod = testPod("p", {}, { resourceVersion: "7" });

describe("scheduling events", () => {
  it("are of events.k8s.io/v1, without the older fields", async () => {
    const { clock, written, events } = setup();
    events.event(pod, { ...FAILED, related: testPod("other") });
    await clock.settle();
    expect(written[0]?.body).toEqual({
      metadata: { name: expect.stringMatching(/^p\.[0-9a-f]{16}$/), namespace: "default" },
      eventTime: "2026-01-01T00:00:00.000000Z",
      reportingController: "default-scheduler",
      reportingInstance: "default-scheduler",
      action: "Scheduling",
      reason: "FailedScheduling",
      regarding: { kind: "Pod", apiVersion: "v1", name: "p", namespace: "default", uid: "uid-p", resourceVersion: "7" },
      related: { kind: "Pod", apiVersion: "v1", name: "other", namespace: "default", uid: "uid-other" },
      note: "no room",
      type: "Warning",
    });
  });

  it.each([
    { what: "one after the other while others are busy", count: 40, busy: true, most: 1 },
    { what: "several at a time when nobody is", count: 40, busy: false, most: 16 },
    { what: "several at a time when many wait", count: 1_500, busy: true, most: 16 },
  ])("are sent $what", async ({ count, busy, most }) => {
    const clock = createVirtualClock();
    const seen = { now: 0, most: 0, all: 0 };
    const resource = {
      namespace: () => resource,
      create: async () => {
        seen.now += 1;
        seen.most = Math.max(seen.most, seen.now);
        await clock.sleep(10);
        seen.now -= 1;
        seen.all += 1;
      },
    };
    const client = { resource: () => resource } as unknown as Client;
    const events = createSchedulingEvents({ client, clock, controller: "default-scheduler" });
    events.yieldWhile?.(() => busy);
    for (let index = 0; index < count; index += 1) events.event(testPod(`p${index}`), FAILED);
    await clock.advance(60_000);
    expect(seen).toEqual({ now: 0, most, all: count });
  });

  it("are sent faster as soon as nobody is busy any more", async () => {
    const clock = createVirtualClock();
    let [busy, sent] = [true, 0];
    const resource = {
      namespace: () => resource,
      create: async () => {
        sent += 1;
        await clock.sleep(10);
      },
    };
    const client = { resource: () => resource } as unknown as Client;
    const events = createSchedulingEvents({ client, clock, controller: "default-scheduler" });
    events.yieldWhile?.(() => busy);
    for (let index = 0; index < 100; index += 1) events.event(testPod(`p${index}`), FAILED);
    await clock.advance(15);
    expect(sent).toBe(2);
    busy = false;
    await clock.advance(20);
    expect(sent).toBeGreaterThan(16);
  });

  it("wait for the first of their series, and not for those of other pods", async () => {
    const clock = createVirtualClock();
    const [written, slow]: [string[], PromiseWithResolvers<void>] = [[], Promise.withResolvers<void>()];
    const resource = {
      namespace: () => resource,
      create: async ({ metadata: { name } }: { metadata: { name: string } }) => {
        if (name.startsWith("p.")) await slow.promise;
        written.push(`create ${name.split(".")[0]}`);
      },
      patch: async (name: string) => written.push(`patch ${name.split(".")[0]}`),
    };
    const client = { resource: () => resource } as unknown as Client;
    const events = createSchedulingEvents({ client, clock, controller: "default-scheduler" });
    events.event(pod, FAILED);
    events.event(pod, FAILED);
    events.event(testPod("q"), FAILED);
    await clock.settle();
    expect(written).toEqual(["create q"]);
    slow.resolve();
    await clock.settle();
    expect(written).toEqual(["create q", "create p", "patch p"]);
  });

  it("become a series when they come again, written when it begins and when it is over", async () => {
    const { clock, written, events } = setup();
    for (let count = 0; count < 4; count += 1) {
      events.event(pod, { ...FAILED, note: `no room ${count}` });
      await clock.advance(1_000);
    }
    expect(written.map(({ verb }) => verb)).toEqual(["create", "patch"]);
    await clock.advance(400_000);
    events.event(testPod("q"), FAILED);
    await clock.settle();
    expect(written.filter(({ verb }) => verb === "patch").map(({ body }) => body)).toEqual([
      { series: { count: 2, lastObservedTime: "2026-01-01T00:00:01.000000Z" } },
      { series: { count: 4, lastObservedTime: "2026-01-01T00:00:03.000000Z" } },
    ]);
  });

  it.each([
    { what: "another version of the pod", other: testPod("p", {}, { resourceVersion: "8" }), event: FAILED },
    { what: "another reason", other: pod, event: { ...FAILED, reason: "Scheduled" } as const },
  ])("are told apart by $what", async ({ other, event }) => {
    const { clock, written, events } = setup();
    events.event(pod, FAILED);
    events.event(other, event);
    await clock.settle();
    expect(written.map(({ verb }) => verb)).toEqual(["create", "create"]);
    expect(new Set(written.map(({ name }) => name)).size).toBe(2);
  });

  it("shorten notes to a kibibyte", async () => {
    const { clock, written, events } = setup();
    events.event(pod, { ...FAILED, note: "ä".repeat(2_000) });
    await clock.settle();
    const note = written[0]?.body.note as string;
    expect(new TextEncoder().encode(note).length).toBeLessThanOrEqual(1_024);
    expect(note.endsWith("ä ...")).toBe(true);
  });

  it("go on after a refusal, and end when they are stopped", async () => {
    const { clock, written, events } = setup(true);
    events.event(pod, FAILED);
    await clock.settle();
    events.stop();
    events.event(testPod("q"), FAILED);
    await clock.settle();
    expect(written).toEqual([]);
  });
});
