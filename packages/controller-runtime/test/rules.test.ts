import type { Pod } from "@pinnace/api";
import type { KubernetesObject } from "@pinnace/apimachinery";
import { createVirtualClock } from "@pinnace/clock";
import {
  Expectations,
  isPodActive,
  isPodAvailable,
  planClaim,
  podFromTemplate,
  rankPodsForDeletion,
  untilNextAvailable,
  withCondition,
} from "@pinnace/controller-runtime";
import { describe, expect, it } from "vitest";

const NOW = Date.UTC(2026, 0, 1, 12);
const at = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1000).toISOString().replace(".000Z", "Z");

function pod(name: string, more: { spec?: object; status?: object; metadata?: object } = {}): Pod {
  return {
    metadata: { name, uid: name, creationTimestamp: at(1000), ...more.metadata },
    spec: { containers: [], nodeName: "n", ...more.spec },
    status: { phase: "Running", ...more.status },
  };
}

const ready = (secondsAgo: number): object => ({
  conditions: [{ type: "Ready", status: "True", lastTransitionTime: at(secondsAgo) }],
});
const cost = (value: string): object => ({ annotations: { "controller.kubernetes.io/pod-deletion-cost": value } });
const restarted = (restartCount: number): object => ({ ...ready(500), containerStatuses: [{ restartCount }] });

describe("who is deleted first", () => {
  it.each([
    ["the unassigned", pod("a", { spec: { nodeName: undefined } }), pod("b")],
    ["the pending", pod("a", { status: { phase: "Pending" } }), pod("b")],
    ["the unready", pod("a"), pod("b", { status: ready(10) })],
    ["the cheap", pod("a", { metadata: cost("-5"), status: ready(9) }), pod("b", { status: ready(9) })],
    ["the crowded", pod("crowded", { status: ready(9) }), pod("b", { status: ready(9) })],
    ["the recently ready", pod("a", { status: ready(10) }), pod("b", { status: ready(500) })],
    ["the restarted", pod("a", { status: restarted(3) }), pod("b", { status: restarted(0) })],
    ["the young", pod("a", { metadata: { creationTimestamp: at(10) } }), pod("b")],
    ["by uid, when they are of about the same age", pod("a", { status: ready(520) }), pod("b", { status: ready(600) })],
  ])("%s", (_, first, second) => {
    const crowding = ({ metadata }: Pod): number => (metadata?.name === "crowded" ? 2 : 1);
    for (const pods of [
      [first, second],
      [second, first],
    ])
      expect(rankPodsForDeletion(pods, crowding, NOW)[0]).toBe(first);
  });

  it("reads a cost that is no number as none", () => {
    const odd = pod("a", { metadata: cost("+1"), status: ready(9) });
    const cheap = pod("b", { metadata: cost("-1"), status: ready(9) });
    expect(rankPodsForDeletion([odd, cheap], () => 0, NOW)[0]).toBe(cheap);
  });
});

describe("a pod", () => {
  it.each([
    ["Running", {}, true],
    ["Pending", {}, true],
    ["Succeeded", {}, false],
    ["Failed", {}, false],
    ["Running", { deletionTimestamp: at(1) }, false],
  ])("%s %o is active: %s", (phase, metadata, active) => {
    expect(isPodActive(pod("a", { status: { phase }, metadata }))).toBe(active);
  });

  it.each([
    [0, {}, false],
    [0, ready(0), true],
    [10, ready(9), false],
    [10, ready(10), true],
  ])("is available after %i s ready (%o): %s", (minReadySeconds, status, available) => {
    expect(isPodAvailable(pod("a", { status }), minReadySeconds, NOW)).toBe(available);
  });

  it("says when the next becomes available", () => {
    const pods = [pod("a", { status: ready(3) }), pod("b", { status: ready(8) }), pod("c", { status: ready(60) })];
    expect(untilNextAvailable(pods, 10, NOW)).toBe(2000);
    expect(untilNextAvailable(pods, 0, NOW)).toBeUndefined();
  });

  it("is made from a template with its owner", () => {
    const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid: "u", controller: true };
    const template = { metadata: { labels: { a: "b" }, finalizers: ["f"] }, spec: { containers: [] } };
    expect(podFromTemplate(template, owner)).toEqual({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { generateName: "web-", labels: { a: "b" }, finalizers: ["f"], ownerReferences: [owner] },
      spec: { containers: [] },
    });
  });
});

describe("claims", () => {
  const owner: KubernetesObject = { metadata: { uid: "me" } };
  const object = (name: string, controller?: string, more: object = {}): KubernetesObject => ({
    metadata: {
      name,
      labels: { app: "web" },
      ...(controller === undefined
        ? {}
        : { ownerReferences: [{ apiVersion: "v1", kind: "X", name: "x", uid: controller, controller: true }] }),
      ...more,
    },
  });
  const plan = (of: KubernetesObject, ...objects: KubernetesObject[]): readonly (readonly (string | undefined)[])[] => {
    const { owned, adopt, release } = planClaim(of, objects, ({ metadata }) => metadata?.labels?.app === "web");
    return [owned, adopt, release].map((list) => list.map(({ metadata }) => metadata?.name));
  };
  const other = { labels: { app: "other" } };

  it.each([
    ["keeps its own", owner, object("a", "me"), [["a"], [], []]],
    ["leaves others' alone", owner, object("a", "them"), [[], [], []]],
    ["adopts orphans", owner, object("a"), [[], ["a"], []]],
    ["adopts no orphan that does not match", owner, object("a", undefined, other), [[], [], []]],
    ["adopts nothing that is going", owner, object("a", undefined, { deletionTimestamp: at(1) }), [[], [], []]],
    ["releases what stopped matching", owner, object("a", "me", other), [[], [], ["a"]]],
    [
      "adopts nothing when it is going itself",
      { metadata: { uid: "me", deletionTimestamp: at(1) } },
      object("a"),
      [[], [], []],
    ],
    [
      "releases nothing when it is going itself",
      { metadata: { uid: "me", deletionTimestamp: at(1) } },
      object("a", "me", other),
      [[], [], []],
    ],
  ])("%s", (_, of, claimed, expected) => {
    expect(plan(of, claimed)).toEqual(expected);
  });
});

describe("expectations", () => {
  it("are met when everything written was seen", () => {
    const expectations = new Expectations(createVirtualClock());
    expect(expectations.satisfied("k")).toBe(true);
    expectations.expect("k", 2, ["u"]);
    expectations.creationObserved("k");
    expectations.deletionObserved("k", "u");
    expect(expectations.satisfied("k")).toBe(false);
    expectations.creationObserved("k");
    expect(expectations.satisfied("k")).toBe(true);
  });

  it("are given up after five minutes", async () => {
    const clock = createVirtualClock();
    const expectations = new Expectations(clock);
    expectations.expectDeletions("k", ["u"]);
    await clock.advance(300_000);
    expect(expectations.satisfied("k")).toBe(false);
    await clock.advance(1);
    expect(expectations.satisfied("k")).toBe(true);
  });
});

describe("conditions", () => {
  const present = [{ type: "A", status: "True", reason: "R", lastTransitionTime: at(100) }];

  it.each([
    ["the same", { type: "A", status: "True", reason: "R", lastTransitionTime: at(0) }, present],
    [
      "another reason keeps the time",
      { type: "A", status: "True", reason: "S", lastTransitionTime: at(0) },
      [{ type: "A", status: "True", reason: "S", lastTransitionTime: at(100) }],
    ],
    [
      "another status",
      { type: "A", status: "False", reason: "S", lastTransitionTime: at(0) },
      [{ type: "A", status: "False", reason: "S", lastTransitionTime: at(0) }],
    ],
    [
      "another type",
      { type: "B", status: "True", reason: "R", lastTransitionTime: at(0) },
      [...present, { type: "B", status: "True", reason: "R", lastTransitionTime: at(0) }],
    ],
  ])("%s", (_, condition, expected) => {
    expect(withCondition(present, condition)).toEqual(expected);
  });
});
