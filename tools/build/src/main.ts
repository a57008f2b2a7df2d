/**
 * Builds one package: `dist/*.js` with tsup, `dist/*.d.ts` with tsc, and the files that make `dist` the published folder.
 * Usage: `node tools/build/src/main.ts <package folder>`.
 * Entry points are those of package.json `exports` (and `bin`) that have a source.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stage } from "./stage.ts";

interface Manifest {
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

const [folder = "."] = process.argv.slice(2);
process.chdir(folder); // before tsup is imported: esbuild keeps the folder it was loaded in
const { build } = await import("tsup");
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const entry: Record<string, string> = {};
for (const target of Object.values(manifest.exports ?? {})) {
  const source = typeof target === "string" ? undefined : target["@pinnace/source"];
  if (source !== undefined) entry[source.replace(/^\.\/src\//, "").replace(/\.ts$/, "")] = source;
}
if (Object.keys(entry).length === 0) throw new Error(`${folder}: package.json has no export with a source`);

await build({
  config: false,
  entry,
  format: ["esm"],
  target: "node24",
  platform: "neutral",
  external: [/^node:/],
  removeNodeProtocol: false, // node:sqlite exists under this name only
  splitting: true,
  sourcemap: true,
  clean: true,
  dts: false,
  silent: true,
});
// isolatedDeclarations makes each .d.ts follow from its own source file alone,
// so nothing needs resolving or checking here: `npm run typecheck` does that once for the whole repository.
const { status } = spawnSync("tsc", ["-p", "tsconfig.json", "--noCheck", "--noResolve"], { stdio: "inherit" });
if (status === 0) stage(join(import.meta.dirname, "../../.."), ".");
process.exitCode = status ?? 1;
