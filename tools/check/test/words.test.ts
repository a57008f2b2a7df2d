import { expect, it } from "vitest";
import { checkWords, speaks } from "../src/words.ts";

it.each([
  ["see /work/main/x", "a path of somebody's machine"],
  ["// TODO: more", "unfinished work"],
  ["fixes #12", "a ticket's number, which says nothing to a reader"],
])("finds %s", (line, message) => {
  expect(checkWords([["a.ts", `\n${line}\n`]])).toEqual([{ path: "a.ts:2", message: `${message}: ${line}` }]);
});

it.each(["/home/work/x", "cat ./work/x", "PKCS #8", "todo", "&#123;", "mov x0, #1"])("accepts %s", (line) => {
  expect(checkWords([["a.ts", line]])).toEqual([]);
});

it("reads what people wrote", () => {
  const paths = ["packages/a/src/a.ts", "README.md", ".ci/run", "packages/api/src/generated/a.ts", "package-lock.json"];
  expect(paths.filter(speaks)).toEqual(["packages/a/src/a.ts", "README.md", ".ci/run"]);
});
