import type { Event } from "@pinnace/api";
import { StatusError } from "@pinnace/apimachinery";
import type { Client } from "@pinnace/client";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { createEventRecorder, type StoppableEventRecorder } from "@pinnace/controller-runtime";
import { beforeEach, describe, expect, it } from "vitest";

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: "ns", name: "p", uid: "u", resourceVersion: "7" },
};

let clock: VirtualClock;
let created: Event[];
let patched: { name: string; body: { count: number; message: string } }[];
let failures: Error[];
let recorder: StoppableEventRecorder;

beforeEach(() => {
  clock = createVirtualClock();
  created = [];
  patched = [];
  failures = [];
  const events = {
    create: async (event: Event) => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      created.push(event);
      return event;
    },
    patch: async (name: string, { body }: { body: { count: number; message: string } }) => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      patched.push({ name, body });
      return { ...created.find(({ metadata }) => metadata.name === name), ...body };
    },
  };
  const client = { resource: () => ({ namespace: () => events }) } as unknown as Client;
  recorder = createEventRecorder({ client, clock, component: "some-controller" });
});

describe("an event recorder", () => {
  it("writes core events named after their object and the time", async () => {
    recorder.event(pod, "Normal", "Created", "it is there", "spec.containers{c}");
    await clock.settle();
    expect(created).toEqual([
      {
        metadata: { name: `p.${(BigInt(clock.now()) * 1_000_000n).toString(16)}`, namespace: "ns" },
        involvedObject: {
          apiVersion: "v1",
          kind: "Pod",
          namespace: "ns",
          name: "p",
          uid: "u",
          resourceVersion: "7",
          fieldPath: "spec.containers{c}",
        },
        reason: "Created",
        message: "it is there",
        source: { component: "some-controller" },
        firstTimestamp: "2026-01-01T00:00:00Z",
        lastTimestamp: "2026-01-01T00:00:00Z",
        count: 1,
        type: "Normal",
        reportingComponent: "some-controller",
        reportingInstance: "",
      },
    ]);
  });

  it("writes about cluster-scoped objects into default", async () => {
    recorder.event({ kind: "Node", metadata: { name: "n" } }, "Normal", "R", "m");
    await clock.settle();
    expect(created[0]?.metadata.namespace).toBe("default");
  });

  it("gives no two events the same name, though time stands still", async () => {
    for (const message of ["a", "b", "c"]) recorder.event(pod, "Normal", "R", message);
    await clock.settle();
    expect(new Set(created.map(({ metadata }) => metadata.name)).size).toBe(3);
  });

  it("counts equal events", async () => {
    recorder.event(pod, "Warning", "Failed", "again");
    await clock.advance(5000);
    recorder.event(pod, "Warning", "Failed", "again");
    recorder.event(pod, "Warning", "Failed", "again");
    await clock.settle();
    expect(created).toHaveLength(1);
    expect(patched.map(({ body }) => body)).toEqual([
      { count: 2, lastTimestamp: "2026-01-01T00:00:05Z", message: "again" },
      { count: 3, lastTimestamp: "2026-01-01T00:00:05Z", message: "again" },
    ]);
  });

  it("writes an event anew when the server has forgotten it, and goes on counting", async () => {
    recorder.event(pod, "Warning", "Failed", "again");
    await clock.settle();
    failures.push(new StatusError(404, "NotFound", "gone"));
    recorder.event(pod, "Warning", "Failed", "again");
    await clock.settle();
    expect(created.map(({ count }) => count)).toEqual([1, 2]);
  });

  it("combines similar events from the tenth on", async () => {
    for (let index = 0; index < 12; index++) recorder.event(pod, "Warning", "Failed", `message ${index}`);
    await clock.settle();
    expect(created).toHaveLength(10);
    expect(created.at(-1)?.message).toBe("(combined from similar events): message 9");
    expect(patched.map(({ body }) => [body.count, body.message])).toEqual([
      [2, "(combined from similar events): message 10"],
      [3, "(combined from similar events): message 11"],
    ]);
  });

  it("cuts a source that floods an object, and lets one through every five minutes", async () => {
    for (let index = 0; index < 40; index++) recorder.event(pod, "Normal", `Reason${index}`, "m");
    await clock.settle();
    expect(created).toHaveLength(25);
    await clock.advance(300_000);
    for (const reason of ["X", "Y"]) recorder.event(pod, "Normal", reason, "m");
    await clock.settle();
    expect(created).toHaveLength(26);
  });

  it("drops what the server refuses and goes on", async () => {
    failures.push(new StatusError(403, "Forbidden", "no"));
    recorder.event(pod, "Normal", "A", "m");
    recorder.event(pod, "Normal", "B", "m");
    await clock.settle();
    expect(created.map(({ reason }) => reason)).toEqual(["B"]);
  });

  it("tries again while the server is out of reach", async () => {
    failures.push(new Error("down"), new Error("down"));
    recorder.event(pod, "Normal", "A", "m");
    await clock.advance(19_999);
    expect(created).toEqual([]);
    await clock.advance(1);
    expect(created).toHaveLength(1);
  });

  it("sends nothing once it is stopped", async () => {
    recorder.stop();
    recorder.event(pod, "Normal", "A", "m");
    await clock.settle();
    expect(created).toEqual([]);
  });
});
