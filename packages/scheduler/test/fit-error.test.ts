import { type Status, unresolvable, unschedulable } from "@pinnace/scheduler-framework";
import { describe, expect, it } from "vitest";
import { type Diagnosis, fitErrorMessage } from "../src/fit-error.ts";
import { enoughNodes } from "../src/node-sampling.ts";

const diagnosis = (change: Partial<Diagnosis>, ...rejections: readonly Status[]): Diagnosis => ({
  nodeCount: 3,
  rejections: new Map(rejections.map((status, index) => [`n${index}`, status])),
  absent: undefined,
  preFilterMessage: "",
  postFilterMessage: "",
  plugins: new Set(),
  ...change,
});

describe("fitErrorMessage", () => {
  it.each([
    { of: diagnosis({ nodeCount: 0 }), text: "no nodes available to schedule pods" },
    {
      of: diagnosis({}, unschedulable("Insufficient memory", "Insufficient cpu"), unschedulable("Insufficient cpu")),
      text: "0/3 nodes are available: 1 Insufficient memory, 2 Insufficient cpu.",
    },
    {
      of: diagnosis({ postFilterMessage: "preemption: no." }, unschedulable("a")),
      text: "0/3 nodes are available: 1 a. preemption: no.",
    },
    {
      of: diagnosis({ absent: unresolvable("node(s) didn't satisfy plugin(s) [NodeAffinity]") }, unschedulable("a")),
      text: "0/3 nodes are available: 1 a, 2 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    },
    {
      of: diagnosis({ preFilterMessage: "pod affinity terms conflict", postFilterMessage: "not found" }),
      text: "0/3 nodes are available: pod affinity terms conflict. not found",
    },
  ])("$text", ({ of, text }) => expect(fitErrorMessage(of)).toBe(text));
});

describe("enoughNodes", () => {
  it.each([
    { nodes: 10, percentage: 0, enough: 10 },
    { nodes: 99, percentage: 10, enough: 99 },
    { nodes: 1_000, percentage: 0, enough: 420 },
    { nodes: 1_000, percentage: 5, enough: 100 },
    { nodes: 1_000, percentage: 40, enough: 400 },
    { nodes: 1_000, percentage: 100, enough: 1_000 },
    { nodes: 6_000, percentage: 0, enough: 300 },
    { nodes: 20_000, percentage: 0, enough: 1_000 },
  ])("of $nodes nodes at $percentage % is $enough", ({ nodes, percentage, enough }) => {
    expect(enoughNodes(nodes, percentage)).toBe(enough);
  });
});
