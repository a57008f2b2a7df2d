import { describe, expect, it } from "vitest";
import { checkExports } from "../src/exports.ts";
import { checkLayers } from "../src/layers.ts";
import { checkPlatform } from "../src/platform.ts";
import { checkSizes } from "../src/sizes.ts";
import { type Package, sourceFile } from "../src/workspace.ts";

function library(
  name: string,
  layer: string,
  files: Record<string, string>,
  dependencies: readonly string[] = [],
): Package {
  const folder = `packages/${name}`;
  return {
    folder,
    manifest: {
      name: `@pinnace/${name}`,
      exports: { ".": { "@pinnace/source": "./src/index.ts" } },
      dependencies: Object.fromEntries(dependencies.map((each) => [`@pinnace/${each}`, "^0.1.0"])),
      pinnace: { role: "library", platform: "neutral" },
      nx: { tags: ["role:library", `layer:${layer}`, "platform:neutral"] },
    },
    sources: Object.entries(files).map(([path, text]) => sourceFile(`${folder}/src/${path}`, text)),
  };
}

const messages = (problems: readonly { path: string; message: string }[]): string[] =>
  problems.map(({ path, message }) => `${path}: ${message}`);

describe("checkLayers", () => {
  it("accepts imports that go down", () => {
    const low = library("low", "foundations", { "index.ts": "" });
    expect(
      checkLayers([low, library("high", "data", { "index.ts": 'import { x } from "@pinnace/low";' }, ["low"])]),
    ).toEqual([]);
  });

  it("refuses imports and dependencies that go up", () => {
    const high = library("high", "data", { "index.ts": "" });
    const low = library("low", "foundations", { "index.ts": 'import { x } from "@pinnace/high/node";' }, ["high"]);
    expect(messages(checkLayers([low, high]))).toEqual([
      "packages/low/src/index.ts: @pinnace/high/node is in a higher layer",
      "packages/low/package.json: @pinnace/high is in a higher layer",
    ]);
  });

  it("refuses cycles and paths into other packages", () => {
    const a = library("a", "data", { "index.ts": 'import { x } from "../../b/src/x.ts";' }, ["b"]);
    const b = library("b", "data", { "deep/x.ts": 'import { x } from "../index.ts";' }, ["a"]);
    expect(messages(checkLayers([a, b]))).toEqual([
      "packages/a/src/index.ts: ../../b/src/x.ts leaves the package",
      "packages/a: cycle: @pinnace/a -> @pinnace/b -> @pinnace/a",
    ]);
  });

  it("refuses tags that differ from package.json", () => {
    const odd = library("a", "nowhere", {});
    expect(messages(checkLayers([odd]))[0]).toContain("layer: must be one of");
  });
});

describe("checkPlatform", () => {
  it.each([
    ['import { x } from "node:fs";', "imports node:fs"],
    ["const x = process.env;", "global of Node"],
    ["const x = Date.now();", "must come from the clock"],
    ['import { C } from "inversify";', "only module.ts"],
  ])("refuses %s", (text, message) => {
    expect(messages(checkPlatform([library("a", "data", { "index.ts": text })])).join()).toContain(message);
  });

  it("accepts them in comments, in node/ and in module.ts", () => {
    const files = {
      "index.ts": "/** process.env */\n// Date.now()\nconst a = new Date(0);",
      "node/index.ts": 'import { x } from "node:fs";',
      "module.ts": 'import { C } from "inversify";',
    };
    expect(checkPlatform([library("a", "data", files)])).toEqual([]);
  });
});

describe("checkExports", () => {
  const files = {
    "index.ts": 'export { used } from "./a.ts";\nexport * from "./all.ts";',
    "a.ts": "export const used = 1;\nexport const unused = 2;\nexport function tested(): void {}",
    "all.ts": "export const starred = 1;",
  };

  it("finds exports that nothing names", () => {
    const found = checkExports([library("a", "data", files)], new Map([["packages/a", "tested()"]]));
    expect(messages(found)).toEqual(["packages/a/src/a.ts: export unused is not used"]);
  });
});

it("checkSizes finds files beyond 400 lines, generated ones excepted", () => {
  const long = "\n".repeat(401);
  const found = checkSizes([library("a", "data", { "a.ts": long, "generated/b.ts": long })]);
  expect(messages(found)).toEqual(["packages/a/src/a.ts: 401 lines; the most is 400"]);
});
