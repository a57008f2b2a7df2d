import { describe, expect, it } from "vitest";
import { expressionFor, parseFailures } from "../src/runner.ts";

const file = (id: string, names: string[], whole: boolean) => ({ id, path: `/cases/${id}.json`, names, whole });

describe("expressionFor", () => {
  it("asks for everything when whole files are replayed", () => {
    expect(expressionFor([file("rest/create", ["a"], true)])).toBe(".");
  });

  it("matches exactly the selected cases", () => {
    const only = new RegExp(
      expressionFor([file("rest/create", ["a.b", "c+"], false), file("rest/watch", ["d"], true)]),
    );
    const matching = ["create/a.b", "create/axb", "create/c+", "create/c+d", "watch/d", "watch/a.b"].filter((each) =>
      only.test(each),
    );
    expect(matching).toEqual(["create/a.b", "create/c+", "watch/d"]);
  });
});

describe("parseFailures", () => {
  it("gives each failure its lines", () => {
    const output = [
      "FAIL create/a/b",
      "  step 0: GET /",
      "    .status: want 200 got 404",
      "FAIL watch/d",
      "  step 1: GET /x",
      "create                                   0/1",
      "0 passed, 2 failed",
    ].join("\n");
    expect(parseFailures(output, [file("rest/create", [], true), file("rest/watch", [], true)])).toEqual([
      { file: "rest/create", name: "a/b", details: ["  step 0: GET /", "    .status: want 200 got 404"] },
      { file: "rest/watch", name: "d", details: ["  step 1: GET /x"] },
    ]);
  });
});
