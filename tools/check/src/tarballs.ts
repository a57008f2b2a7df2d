import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkOutsidePlugin } from "./outside-plugin.ts";
import { type Outcome, run } from "./run.ts";
import { lintTarballs } from "./tarball-lint.ts";
import type { Manifest, Package, Problem } from "./workspace.ts";

/** What the project outside installs besides the tarballs; the compilers are those a user may have. */
const FROM_REGISTRY = [
  "typescript@7.0.2",
  "typescript-before@npm:typescript@5.9.3",
  "@types/node@24",
  "inversify@8",
  "reflect-metadata",
  "vitest@5",
];
const COMPILERS = ["typescript", "typescript-before"];

const COMPILER_OPTIONS = {
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  module: "nodenext",
  target: "es2024",
  lib: ["es2024", "esnext.disposable", "esnext.array", "esnext.iterator", "esnext.collection"],
  types: ["node"],
};

/**
 * Packs the built folder of every published package as `changeset publish` does, looks at each tarball, installs all in
 * an empty project outside the repository, and there compiles (strict `nodenext`, declarations checked) and runs a program
 * that imports each entry point, a plugin that a stranger wrote, and the command. Needs `npm run build` before.
 */
export async function checkTarballs(root: string, packages: readonly Package[]): Promise<readonly Problem[]> {
  const published = packages.filter(({ manifest }) => manifest.private !== true);
  const folder = mkdtempSync(join(tmpdir(), "pinnace-outside-"));
  try {
    const packed = pack(root, published, join(folder, "tarballs"));
    if (!packed.ok) return [{ path: "npm pack", message: packed.text.slice(-2000) }];
    const tarballs = readdirSync(join(folder, "tarballs")).map((name) => join(folder, "tarballs", name));
    if (tarballs.length !== published.length) {
      return [{ path: "npm pack", message: `${tarballs.length} tarballs of ${published.length} packages` }];
    }
    return [...(await lintTarballs(tarballs)), ...(await useOutside(folder, tarballs, published))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pack(root: string, published: readonly Package[], target: string): Outcome {
  mkdirSync(target);
  const folders = published.map(({ folder, manifest }) => `./${folder}/${manifest.publishConfig?.directory ?? ""}`);
  return run("npm", ["pack", "--silent", ...folders, "--pack-destination", target], root);
}

async function useOutside(
  folder: string,
  tarballs: readonly string[],
  published: readonly Package[],
): Promise<readonly Problem[]> {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "outside", private: true, type: "module" }));
  const installed = run("npm", ["install", "--no-audit", "--no-fund", ...tarballs, ...FROM_REGISTRY], folder);
  if (!installed.ok) return [{ path: "npm install", message: installed.text.slice(-2000) }];
  const entries = published.flatMap(({ manifest }) => entryPoints(manifest));
  writeFileSync(join(folder, "types.ts"), importAll(entries));
  const runnable = published.filter(({ manifest }) => manifest.bin === undefined);
  const libraries = runnable.flatMap(({ manifest }) => entryPoints(manifest));
  writeFileSync(join(folder, "run.ts"), importAll(libraries));
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: ["types.ts"] }),
  );
  return [
    ...COMPILERS.flatMap((compiler) => compile(compiler, folder)),
    ...expectOutput("node run.ts", run(process.execPath, ["run.ts"], folder), `imported ${libraries.length}`),
    ...(await checkOutsidePlugin(folder, COMPILER_OPTIONS, COMPILERS)),
  ];
}

function entryPoints({ name, exports = {} }: Manifest): readonly string[] {
  const entries = Object.keys(exports).filter((entry) => entry !== "./package.json");
  return entries.map((entry) => `${name}${entry.slice(1)}`);
}

function importAll(entries: readonly string[]): string {
  const imports = entries.map((entry, index) => `import * as entry${index} from "${entry}";\n`).join("");
  return `${imports}console.log("imported", [${entries.map((_, index) => `entry${index}`)}].length);\n`;
}

function compile(compiler: string, folder: string): readonly Problem[] {
  const { ok, text } = run(process.execPath, [join("node_modules", compiler, "bin/tsc"), "-p", "."], folder);
  return ok ? [] : text.split("\n").map((message) => ({ path: `${compiler} outside`, message }));
}

function expectOutput(path: string, { ok, text }: Outcome, wanted: string): readonly Problem[] {
  return ok && text.includes(wanted) ? [] : [{ path, message: text.slice(-2000) }];
}
