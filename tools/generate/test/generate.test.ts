import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { copyRepository } from "./repository-copy.ts";

const copy = copyRepository();
afterAll(() => copy.remove());

const GENERATE = "tools/generate/src/main.ts";
const MADE = [
  { args: ["package", "made", "--layer", "data"], folder: "packages/made" },
  { args: ["plugin", "scheduler", "made"], folder: "plugins/scheduler-made" },
  { args: ["plugin", "cni", "made"], folder: "plugins/cni-made" },
];

describe("what the generator makes", { timeout: 120_000 }, () => {
  it.each(MADE)("$folder: is made once", ({ args, folder }) => {
    expect(copy.run(GENERATE, ...args)).toMatchObject({ ok: true, text: expect.stringContaining(`made ${folder}`) });
    expect(copy.run(GENERATE, ...args)).toMatchObject({ ok: false, text: expect.stringContaining("is there already") });
    copy.link(folder);
  });

  it("type-checks", () => {
    const include = MADE.map(({ folder }) => folder);
    const compilerOptions = { rootDir: ".", incremental: false, tsBuildInfoFile: null };
    writeFileSync(
      join(copy.folder, "made.json"),
      JSON.stringify({ extends: "./tsconfig.json", compilerOptions, include }),
    );
    expect(copy.run("node_modules/typescript/bin/tsc", "-p", "made.json")).toEqual({ ok: true, text: "\n" });
  });

  it("is formatted and lint-free", () => {
    const folders = MADE.map(({ folder }) => folder);
    expect(copy.run("node_modules/@biomejs/biome/bin/biome", "check", "--vcs-enabled=false", ...folders)).toMatchObject(
      { ok: true },
    );
  });

  it("passes its tests and the compliance suites", () => {
    const { ok, text } = copy.run(
      "node_modules/vitest/vitest.mjs",
      "run",
      "--root",
      ".",
      ...MADE.map(({ folder }) => `${folder}/`),
    );
    expect({ ok, text }).toMatchObject({ ok: true, text: expect.stringMatching(/Test Files.*3 passed/) });
  });

  it("passes the repository checks once its README is written", () => {
    expect(copy.run("tools/readme/src/main.ts")).toMatchObject({ ok: true });
    const { text } = copy.run("tools/check/src/main.ts");
    expect(text).toContain("readmes: ");
    expect(text.split("\n").filter((line) => /made/.test(line))).toEqual([]);
  });

  it("builds", () => {
    expect(copy.run("tools/build/src/main.ts", "packages/made")).toMatchObject({ ok: true });
  });
});

it.each([
  [[], "say what to make"],
  [["package", "Made", "--layer", "data"], "NAME must be lower-case words"],
  [["package", "made", "--layer", "sky"], "--layer must be one of"],
  [["plugin", "csi", "made"], "the plugin's kind must be scheduler or cni"],
])("refuses %j", (args, message) => {
  expect(copy.run(GENERATE, ...args)).toMatchObject({ ok: false, text: expect.stringContaining(message) });
});
