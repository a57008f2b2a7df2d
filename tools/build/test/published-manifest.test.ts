import { expect, it } from "vitest";
import { publishedManifest } from "../src/published-manifest.ts";

const source = {
  name: "@pinnace/store",
  version: "0.1.0",
  sideEffects: false,
  bin: { store: "./dist/main.js" },
  exports: {
    ".": { "@pinnace/source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" },
    "./package.json": "./package.json",
  },
  files: ["dist"],
  scripts: { prepack: "refuse" },
  publishConfig: { access: "public", directory: "dist" },
  dependencies: { rxjs: "^7.8.2" },
  devDependencies: { "fast-check": "4.10.2" },
  pinnace: { role: "contract", platform: "neutral" },
  nx: { tags: ["role:contract"] },
};

it("keeps what a user needs, with paths from the published folder", () => {
  expect(publishedManifest(source)).toEqual({
    name: "@pinnace/store",
    version: "0.1.0",
    sideEffects: false,
    bin: { store: "./main.js" },
    exports: {
      ".": { types: "./index.d.ts", default: "./index.js" },
      "./package.json": "./package.json",
    },
    publishConfig: { access: "public" },
    dependencies: { rxjs: "^7.8.2" },
    pinnace: { role: "contract", platform: "neutral" },
  });
});

it("leaves the order of export conditions as it was", () => {
  const { exports } = publishedManifest(source) as { exports: Record<string, object> };
  expect(Object.keys(exports["."]!)).toEqual(["types", "default"]);
});
