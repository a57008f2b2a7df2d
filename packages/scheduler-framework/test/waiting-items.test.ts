import { describe, expect, it } from "vitest";
import { testPod } from "../src/compliance/index.ts";
import { createPodInfo } from "../src/index.ts";
import { EventInterest } from "../src/queue/event-interest.ts";
import { newQueueItem, type QueueItem } from "../src/queue/queue-item.ts";
import { WaitingItems } from "../src/queue/waiting-items.ts";

const item = (name: string, change: Partial<QueueItem> = {}): QueueItem => ({
  ...newQueueItem(createPodInfo(testPod(name)), 0),
  ...change,
});
const names = (items: Iterable<QueueItem>): readonly string[] =>
  [...items].map(({ pod }) => pod.pod.metadata?.name ?? "");

const interest = new EventInterest(
  new Map([
    ["Fit", [{ event: { resource: "AssignedPod", actions: ["Delete"] } }]],
    ["Gates", [{ event: { resource: "UnscheduledPod", actions: "*" } }]],
    ["Anything", [{ event: { resource: "*", actions: "*" } }]],
  ]),
);
const concerned = (waiting: WaitingItems, resource: string, action: "Add" | "Delete" | "Update"): readonly string[] =>
  names(waiting.concernedBy({ resource, action }, () => interest));

describe("items that wait", () => {
  it.each<{ what: string; change: Partial<QueueItem>; by: readonly string[] }>([
    { what: "were rejected", change: { unschedulablePlugins: new Set(["Fit", "Other"]) }, by: ["AssignedPod Delete"] },
    { what: "a plugin keeps pending", change: { pendingPlugins: new Set(["Fit"]) }, by: ["AssignedPod Delete"] },
    {
      what: "a gate keeps out",
      change: { gatedBy: "Gates", unschedulablePlugins: new Set(["Gates", "Fit"]) },
      by: ["UnscheduledPod Update"],
    },
    { what: "nobody cares for", change: { unschedulablePlugins: new Set(["Other"]) }, by: [] },
    {
      what: "wait for anything",
      change: { unschedulablePlugins: new Set(["Anything"]) },
      by: ["AssignedPod Delete", "UnscheduledPod Update", "Node Add"],
    },
  ])("are found by what concerns those that $what", ({ change, by }) => {
    const waiting = new WaitingItems();
    waiting.set("p", item("p", change));
    waiting.set("q", item("q", { unschedulablePlugins: new Set(["Nobody"]) }));
    const events = [
      ["AssignedPod", "Delete"] as const,
      ["UnscheduledPod", "Update"] as const,
      ["Node", "Add"] as const,
    ];
    const found = events.filter(([resource, action]) => concerned(waiting, resource, action).includes("p"));
    expect(found.map((event) => event.join(" "))).toEqual(by);
  });

  it("leave as they came, also when what they wait for has changed meanwhile", () => {
    const waiting = new WaitingItems();
    const gated = item("p", { gatedBy: "Gates", unschedulablePlugins: new Set(["Gates"]) });
    waiting.set("p", gated);
    gated.gatedBy = undefined;
    waiting.delete("p");
    expect([waiting.size, waiting.has("p"), waiting.get("p"), names(waiting.values())]).toEqual([
      0,
      false,
      undefined,
      [],
    ]);
  });

  it("move to another group with what they wait for", () => {
    const waiting = new WaitingItems();
    waiting.set("p", item("p", { unschedulablePlugins: new Set(["Gates"]) }));
    waiting.set("p", item("p", { unschedulablePlugins: new Set(["Fit"]) }));
    expect(concerned(waiting, "UnscheduledPod", "Update")).toEqual([]);
    expect(concerned(waiting, "AssignedPod", "Delete")).toEqual(["p"]);
    expect(waiting.size).toBe(1);
  });
});
