import { describe, expect, it } from "vitest";
import { judge, select, UNSORTED, updateDifferences } from "../src/differences.ts";

const files = [{ id: "rest/create", path: "/cases/rest/create.json", names: ["a", "b", "c"], whole: true }];
const differing = (...names: string[]) => new Map([["rest/create", new Set(names)]]);
const list = {
  "rest/create": [{ reason: "no quotas", cases: ["a"] }],
  "rest/watch": [{ reason: "slow", cases: ["x"] }],
};

describe("judge", () => {
  it.each([
    ["agrees with the list", ["a"], [], []],
    ["names a case that is not listed", ["a", "b"], ["rest/create/b"], []],
    ["names a listed case that no longer differs", [], [], ["rest/create/a"]],
    ["names both", ["c"], ["rest/create/c"], ["rest/create/a"]],
  ])("%s", (_, names, unexpected, repaired) => {
    expect(judge(list, files, differing(...names))).toEqual({ unexpected, repaired });
  });

  it("accepts both outcomes of a case that differs sometimes", () => {
    const unsteady = { "rest/create": [{ reason: "random order of maps", sometimes: true as const, cases: ["a"] }] };
    expect(judge(unsteady, files, differing("a"))).toEqual({ unexpected: [], repaired: [] });
    expect(judge(unsteady, files, differing())).toEqual({ unexpected: [], repaired: [] });
    expect(updateDifferences(unsteady, files, differing())).toEqual(unsteady);
  });

  it("says nothing about cases that were not replayed", () => {
    const some = [{ ...files[0]!, names: ["b"], whole: false }];
    expect(judge(list, some, new Map())).toEqual({ unexpected: [], repaired: [] });
  });
});

describe("updateDifferences", () => {
  it("keeps reasons, drops what is repaired and collects what is new", () => {
    expect(updateDifferences(list, files, differing("a", "c", "b"))).toEqual({
      "rest/create": [
        { reason: "no quotas", cases: ["a"] },
        { reason: UNSORTED, cases: ["b", "c"] },
      ],
      "rest/watch": [{ reason: "slow", cases: ["x"] }],
    });
    expect(updateDifferences(list, files, differing())).toEqual({ "rest/watch": [{ reason: "slow", cases: ["x"] }] });
  });

  it("adds to the cases that wait for a reason", () => {
    const waiting = { "rest/create": [{ reason: UNSORTED, cases: ["b"] }] };
    expect(updateDifferences(waiting, files, differing("a", "b"))["rest/create"]).toEqual([
      { reason: UNSORTED, cases: ["a", "b"] },
    ]);
  });
});

describe("select", () => {
  it("keeps the named cases of the replayed files", () => {
    expect(select(files, ["rest/create/b", "rest/other/a"])).toEqual([{ ...files[0]!, names: ["b"], whole: false }]);
    expect(select(files, [])).toEqual([]);
  });
});
