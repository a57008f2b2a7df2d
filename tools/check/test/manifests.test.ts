import { describe, expect, it } from "vitest";
import { checkManifests } from "../src/manifests.ts";
import { type Manifest, type Package, sourceFile } from "../src/workspace.ts";

const PUBLISHED = {
  scripts: { prepack: "node ../../tools/build/src/refuse-pack.ts" },
  publishConfig: { access: "public", directory: "dist" },
};

function library(files: Record<string, string>, manifest: Partial<Manifest>): Package {
  return {
    folder: "packages/a",
    manifest: { name: "@pinnace/a", pinnace: { role: "library" }, ...PUBLISHED, ...manifest },
    sources: Object.entries(files).map(([path, text]) => sourceFile(`packages/a/src/${path}`, text)),
  };
}

const messages = (...packages: readonly Package[]): string[] => checkManifests(packages).map(({ message }) => message);

describe("dependencies", () => {
  it("accepts what is declared and imported", () => {
    const files = { "a.ts": 'import { x } from "rxjs/operators";\nimport "@pinnace/a";\nimport fs from "node:fs";' };
    expect(messages(library(files, { dependencies: { rxjs: "^7" } }))).toEqual([]);
  });

  it("finds undeclared imports, not those of comments and strings", () => {
    const files = {
      "a.ts":
        '/** import { x } from "doc"; */\nconst t = `\nimport { x } from "text";\n`;\nexport type { Y } from "rxjs";',
      "b.ts": 'await import("yaml");',
    };
    expect(messages(library(files, {}))).toEqual([
      "rxjs is imported but not declared",
      "yaml is imported but not declared",
    ]);
  });

  it("finds declared dependencies that nothing imports", () => {
    expect(messages(library({ "a.ts": "" }, { dependencies: { rxjs: "^7" } }))).toEqual([
      "rxjs is declared but not imported",
    ]);
  });

  it("lets an app declare plugins that it discovers", () => {
    const app = library({}, { pinnace: { role: "app" }, dependencies: { plugin: "^1" } });
    const plugin = library({}, { name: "plugin", pinnace: { role: "plugin" } });
    expect(messages(app, plugin)).toEqual([]);
  });
});

describe("entry points", () => {
  const module = { "./module": { "@pinnace/source": "./src/module.ts" } };

  it.each([
    [{ "module.ts": "" }, {}, ["src/module.ts is not exported as ./module"]],
    [{}, module, ["./module: no packages/a/src/module.ts"]],
    [{ "module.ts": "" }, module, []],
  ])("of files %j and exports %j are %j", (files, exports, wanted) => {
    expect(messages(library(files, { exports }))).toEqual(wanted);
  });
});

it("finds packages that would publish their source folder", () => {
  expect(messages(library({}, { publishConfig: { access: "public" }, scripts: {} }))).toEqual([
    'publishConfig.directory must be "dist"',
    "scripts.prepack must refuse to pack the source folder",
  ]);
  expect(messages(library({}, { private: true, scripts: {} }))).toEqual([]);
});
