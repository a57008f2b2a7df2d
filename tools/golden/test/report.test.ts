import { expect, test } from "vitest";
import { renderTable } from "../src/report.ts";

const file = (id: string, names: string[]) => ({ id, path: "", names, whole: true });

test("the table has folders, the sum and every reason", () => {
  const text = renderTable(
    [file("rest/create", ["a", "b"]), file("rest/watch", ["c"]), file("policy/cel", ["d"])],
    new Map([["rest/watch", new Set(["c"])]]),
    { "rest/watch": [{ reason: "no such thing yet", sometimes: true, cases: ["c"] }] },
    { version: "Pinnace 0.1.0", date: "2026-11-25", seconds: 7 },
  );
  expect(text).toContain("against Pinnace 0.1.0: 3 of 4 cases alike, 7 s.");
  expect(text).toContain("| rest | 2 | 3 |\n| policy | 1 | 1 |\n| all | 3 | 4 |");
  expect(text).toContain("- `rest/watch`: c: no such thing yet (in some runs)");
});
