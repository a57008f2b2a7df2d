import type { SchedulingExplanation, WhatIfAnswer } from "@pinnace/scheduler";
import { describe, expect, it } from "vitest";
import { renderAnswer } from "../src/why/what-if.ts";
import { renderExplanation } from "../src/why/why.ts";
import { objectsOf } from "../src/why/yaml-documents.ts";

const NOW = Date.parse("2026-01-01T00:01:00Z");
type Status = SchedulingExplanation["status"];
type Attempt = Status["attempts"][number];

const attempt: Attempt = {
  attempt: 1,
  time: "2026-01-01T00:00:00Z",
  schedulerName: "default-scheduler",
  outcome: "Unschedulable",
  message: "0/2 nodes are available: 2 Insufficient cpu.",
  totalNodes: 2,
  evaluatedNodes: 2,
  feasibleNodes: 0,
};

const render = (status: Partial<Status>): string =>
  renderExplanation(
    {
      apiVersion: "scheduling.pinnace.dev/v1",
      kind: "SchedulingExplanation",
      metadata: { name: "p", namespace: "default" },
      status: { schedulerName: "default-scheduler", attempts: [], ...status },
    },
    NOW,
  );

const rejected = (name: string, ...plugins: readonly string[]) => ({
  name,
  fits: false,
  rejectedBy: plugins.map((plugin) => ({ plugin, code: "Unschedulable", reasons: ["no"] })),
});

describe("pinnace why", () => {
  it("shows every verdict about a pending pod", () => {
    const nodes = [rejected("a", "Fit", "Taints"), rejected("b", "Fit")];
    const evaluation = { time: "", totalNodes: 2, feasibleNodes: 0, nodes };
    expect(render({ queue: "unschedulable", waitingFor: ["Fit"], attempts: [attempt], evaluation })).toBe(
      `Pod default/p has no node: it waits for something that Fit cares for.
Attempt 1, 1m ago, Unschedulable: 0/2 nodes are available: 2 Insufficient cpu.

NODE   FITS   WHY NOT
a      no     Fit: no; Taints: no
b      no     Fit: no
`,
    );
  });

  it("shows the scores of a placed pod, and those that decide nothing below", () => {
    const nodes = [
      { name: "a", fits: true, total: 150, scores: { Fit: 50, Taints: 100, Spread: 0 } },
      { name: "b", fits: true, total: 140, scores: { Fit: 40, Taints: 100, Spread: 0 } },
      rejected("c", "Ports"),
    ];
    const placed = { ...attempt, outcome: "Scheduled" as const, nodeName: "a", message: "placed", nodes };
    expect(render({ nodeName: "a", attempts: [placed] })).toBe(
      `Pod default/p is on node a.
Attempt 1, 1m ago, Scheduled: placed

NODE   FITS   SCORE   Fit   WHY NOT
a *    yes    150     50
b      yes    140     40
c      no                   Ports: no

The same on all nodes: Taints 100
`,
    );
  });

  it.each([
    {
      what: "behind a gate",
      status: { queue: "gated" as const, gatedBy: "SchedulingGates" },
      says: "SchedulingGates keeps it out",
    },
    { what: "in back-off", status: { queue: "backoff" as const }, says: "tried again after its back-off" },
    { what: "of another scheduler", status: { schedulerName: "other" }, says: "its scheduler is other" },
    { what: "that was placed long ago", status: { nodeName: "a" }, says: "its attempts are forgotten" },
  ])("says so of a pod $what", ({ status, says }) => expect(render(status)).toContain(says));

  it("says who rejects a pod on every node", () => {
    const preFilter = { plugin: "VolumeBinding", code: "Unschedulable", reasons: ["no claim"] };
    const evaluation = { time: "", totalNodes: 2, feasibleNodes: 0, preFilter, nodes: [] };
    expect(render({ evaluation })).toContain("\nVolumeBinding rejects it on every node: no claim\n");
  });
});

describe("pinnace what-if", () => {
  const answer = (status: WhatIfAnswer["status"]): string =>
    renderAnswer({
      apiVersion: "scheduling.pinnace.dev/v1",
      kind: "WhatIf",
      metadata: { namespace: "default" },
      status,
    });
  const placed = (pod: string, nodeName: string) => ({ source: "Deployment web", pod, nodeName });
  const left = (pod: string) => ({ source: "Deployment web", pod, message: "0/2 nodes are available." });

  it("says where pods would go", () => {
    const placements = [placed("web-0", "b"), placed("web-1", "a"), placed("web-2", "b")];
    expect(answer({ fits: true, pods: 3, placed: 3, evicted: 0, placements })).toBe(
      `All 3 pods fit.

NODE   PODS   NAMES
a      1      web-1
b      2      web-0, web-2
`,
    );
  });

  it("says what is missing", () => {
    const placements = [placed("web-0", "a"), ...Array.from({ length: 8 }, (_, index) => left(`web-${index + 1}`))];
    const missingNodes = [
      { like: "b", nodes: 1 },
      { like: "a", nodes: 4 },
    ];
    expect(answer({ fits: false, pods: 9, placed: 1, evicted: 0, placements, missingNodes })).toBe(
      `1 of 9 pods fit.

NODE   PODS   NAMES
a      1      web-0

No node for web-1, web-2, web-3, web-4, web-5 and 3 more:
  0/2 nodes are available.

It would take 1 more like b, or 4 more like a.
`,
    );
  });

  it("says who would have to leave", () => {
    const evicts = [
      { namespace: "default", name: "batch-1", priority: 0 },
      { namespace: "jobs", name: "x", priority: -5 },
    ];
    const placements = [{ ...placed("web-0", "a"), evicts, violatedBudgets: 1 }, placed("web-1", "b")];
    expect(answer({ fits: true, pods: 2, placed: 2, evicted: 2, placements })).toBe(
      `All 2 pods fit, 1 of them only when others leave.

NODE   PODS   NAMES
a      1      web-0
b      1      web-1

WOULD BE EVICTED   PRIORITY   NODE   FOR
default/batch-1    0          a      web-0
jobs/x             -5         a      web-0
1 of them is protected by a PodDisruptionBudget.
`,
    );
  });

  it("says when no number of nodes helps", () => {
    const text = answer({ fits: false, pods: 1, placed: 0, evicted: 0, placements: [left("web-0")], missingNodes: [] });
    expect(text).toContain("No number of nodes like those that are there would do.");
  });

  it.each([
    { what: "one document", text: "kind: Pod\n", objects: { kind: "Pod" } },
    {
      what: "several, with comments and empty ones",
      text: "---\n# first\nkind: Pod\n---\n# nothing\n---\nkind: Job\n",
      objects: { apiVersion: "v1", kind: "List", items: [{ kind: "Pod" }, { kind: "Job" }] },
    },
    { what: "JSON", text: '{"kind": "Pod"}', objects: { kind: "Pod" } },
  ])("reads $what", ({ text, objects }) => expect(objectsOf(text)).toEqual(objects));
});
