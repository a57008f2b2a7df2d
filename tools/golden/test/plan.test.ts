import { describe, expect, it } from "vitest";
import { planSuites } from "../src/plan.ts";

const file = (id: string) => ({ id, path: `/cases/${id}.json`, names: ["a"], whole: true });

describe("planSuites", () => {
  it.each([
    ["rest/create", { name: "rest", nodes: 0, clusters: 0 }],
    ["kubectl/nodes-pods", { name: "kubectl with nodes", nodes: 2, clusters: 0 }],
    ["controllers/job", { name: "controllers", nodes: 3, clusters: 0 }],
    ["scheduler/queue", { name: "scheduler", nodes: 0, jobs: 1 }],
    ["alone/cluster-defaults", { name: "alone", jobs: 1, clusters: 1 }],
  ])("gives %s the cluster that it needs", (id, expected) => {
    expect(planSuites([file(id)])).toEqual([expect.objectContaining(expected)]);
  });

  it("begins with what takes longest", () => {
    const suites = planSuites([file("kinds/pods"), file("alone/x"), file("policy/x"), file("controllers/job")]);
    expect(suites.map(({ name }) => name)).toEqual(["controllers", "policy", "kinds", "alone"]);
  });

  it("lets the files of a folder share a cluster, and keeps equal names of two folders apart", () => {
    const suites = planSuites([
      file("policy/namespace-lifecycle"),
      file("rest/create"),
      file("rest/namespace-lifecycle"),
    ]);
    expect(suites.map(({ files }) => files.map(({ id }) => id))).toEqual([
      ["policy/namespace-lifecycle"],
      ["rest/create", "rest/namespace-lifecycle"],
    ]);
  });
});
