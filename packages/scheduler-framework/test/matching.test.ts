import { describe, expect, it } from "vitest";
import { testNode, testPod } from "../src/compliance/index.ts";
import {
  fitMessage,
  invertedScores,
  isTolerated,
  matchesNodeAffinity,
  matchesTerm,
  scaledScores,
  unresolvable,
  unschedulable,
} from "../src/index.ts";
import { eventMatches } from "../src/queue/event-matching.ts";

const node = testNode("n", { labels: { disk: "ssd", cores: "8" } });

describe("matchesTerm", () => {
  it.each([
    { key: "disk", operator: "In", values: ["hdd", "ssd"], matches: true },
    { key: "disk", operator: "In", values: ["hdd"], matches: false },
    { key: "disk", operator: "NotIn", values: ["hdd"], matches: true },
    { key: "none", operator: "NotIn", values: ["hdd"], matches: true },
    { key: "disk", operator: "Exists", values: [], matches: true },
    { key: "none", operator: "Exists", values: [], matches: false },
    { key: "none", operator: "DoesNotExist", values: [], matches: true },
    { key: "cores", operator: "Gt", values: ["7"], matches: true },
    { key: "cores", operator: "Gt", values: ["8"], matches: false },
    { key: "cores", operator: "Lt", values: ["9"], matches: true },
    { key: "disk", operator: "Gt", values: ["1"], matches: false },
    { key: "cores", operator: "Gt", values: ["x"], matches: false },
  ])("$key $operator $values: $matches", ({ matches, ...requirement }) => {
    expect(matchesTerm(node, { matchExpressions: [requirement] })).toBe(matches);
  });

  it("needs all of expressions and fields, and matches nothing when empty", () => {
    const field = { key: "metadata.name", operator: "In", values: ["n"] };
    const label = { key: "disk", operator: "In", values: ["hdd"] };
    expect(matchesTerm(node, { matchFields: [field] })).toBe(true);
    expect(matchesTerm(node, { matchFields: [field], matchExpressions: [label] })).toBe(false);
    expect(matchesTerm(node, {})).toBe(false);
  });
});

describe("matchesNodeAffinity", () => {
  const required = (...operators: readonly string[]): object => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: operators.map((operator) => ({ matchExpressions: [{ key: "disk", operator }] })),
        },
      },
    },
  });
  it.each([
    { what: "no wish", spec: {}, matches: true },
    { what: "a selector that fits", spec: { nodeSelector: { disk: "ssd" } }, matches: true },
    { what: "a selector that does not", spec: { nodeSelector: { disk: "ssd", none: "1" } }, matches: false },
    { what: "one of two terms", spec: required("DoesNotExist", "Exists"), matches: true },
    { what: "no term", spec: required("DoesNotExist"), matches: false },
    {
      what: "a term but not the selector",
      spec: { ...required("Exists"), nodeSelector: { none: "1" } },
      matches: false,
    },
  ])("with $what: $matches", ({ spec, matches }) =>
    expect(matchesNodeAffinity(testPod("p", spec), node)).toBe(matches),
  );
});

describe("isTolerated", () => {
  const taint = { key: "k", value: "5", effect: "NoSchedule" };
  it.each([
    { tolerations: undefined, tolerated: false },
    { tolerations: [{ operator: "Exists" }], tolerated: true },
    { tolerations: [{ key: "k", operator: "Exists" }], tolerated: true },
    { tolerations: [{ key: "k", value: "5" }], tolerated: true },
    { tolerations: [{ key: "k", value: "6" }], tolerated: false },
    { tolerations: [{ key: "k", operator: "Exists", effect: "NoExecute" }], tolerated: false },
    { tolerations: [{ key: "other", operator: "Exists" }], tolerated: false },
    { tolerations: [{ key: "k", operator: "Gt", value: "4" }], tolerated: true },
    { tolerations: [{ key: "k", operator: "Lt", value: "4" }], tolerated: false },
    {
      tolerations: [
        { key: "other", operator: "Exists" },
        { key: "k", value: "5" },
      ],
      tolerated: true,
    },
  ])("$tolerations: $tolerated", ({ tolerations, tolerated }) => {
    expect(isTolerated(taint, tolerations)).toBe(tolerated);
  });
});

describe("scores", () => {
  it.each([
    { scores: [0, 0], scaled: [0, 0], inverted: [100, 100] },
    { scores: [1, 2, 3], scaled: [33, 66, 100], inverted: [67, 34, 0] },
    { scores: [], scaled: [], inverted: [] },
  ])("$scores are scaled to $scaled and inverted to $inverted", ({ scores, scaled, inverted }) => {
    expect(scaledScores(scores)).toEqual(scaled);
    expect(invertedScores(scores)).toEqual(inverted);
  });
});

describe("fitMessage", () => {
  it.each([
    { count: 1, rejections: [unschedulable("Insufficient cpu")], text: "0/1 nodes are available: 1 Insufficient cpu." },
    {
      count: 3,
      rejections: [unschedulable("b", "a"), unschedulable("a")],
      text: "0/3 nodes are available: 1 b, 2 a.",
    },
    {
      count: 3,
      rejections: [unschedulable("a")],
      absent: unresolvable("absent"),
      text: "0/3 nodes are available: 1 a, 2 absent.",
    },
    {
      count: 1,
      rejections: [unschedulable("a")],
      absent: unresolvable("absent"),
      text: "0/1 nodes are available: 1 a.",
    },
  ])("$text", ({ count, rejections, absent, text }) => expect(fitMessage(count, rejections, absent)).toBe(text));
});

describe("eventMatches", () => {
  it.each([
    { resource: "*", actions: "*", event: "Node Add", matches: true },
    { resource: "Node", actions: ["Add"], event: "Node Add", matches: true },
    { resource: "Node", actions: ["Add"], event: "Node Delete", matches: false },
    { resource: "Node", actions: ["Update"], event: "Node UpdateNodeLabel", matches: true },
    { resource: "Pod", actions: ["Delete"], event: "AssignedPod Delete", matches: true },
    { resource: "Pod", actions: ["Update"], event: "UnscheduledPod UpdatePodLabel", matches: true },
    { resource: "AssignedPod", actions: ["Delete"], event: "UnscheduledPod Delete", matches: false },
  ] as const)("$resource $actions and $event: $matches", ({ resource, actions, event, matches }) => {
    const [what, action] = event.split(" ") as [string, "Add"];
    expect(eventMatches({ resource, actions }, { resource: what, action })).toBe(matches);
  });
});
