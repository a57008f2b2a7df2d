import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Package, Problem } from "./workspace.ts";

/**
 * Packs every published package as `npm publish` would, installs all tarballs in an empty project outside the repository,
 * and compiles and runs a program that imports each entry point, under strict `nodenext` types without `skipLibCheck`.
 */
export function checkTarballs(root: string, packages: readonly Package[]): readonly Problem[] {
  const published = packages.filter(({ manifest }) => manifest.private !== true);
  const folder = mkdtempSync(join(tmpdir(), "pinnace-tarballs-"));
  try {
    return packAndUse(root, published, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Outcome {
  readonly ok: boolean;
  readonly text: string;
}

function run(command: string, args: readonly string[], cwd: string): Outcome {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 1 << 26 });
  return { ok: status === 0, text: `${stdout}\n${stderr}`.trim() };
}

function packAndUse(root: string, packages: readonly Package[], folder: string): readonly Problem[] {
  const packed = run(
    "npm",
    ["pack", ...packages.map((each) => `./${each.folder}`), "--pack-destination", folder],
    root,
  );
  if (!packed.ok) return [{ path: "npm pack", message: packed.text.slice(-2000) }];
  const tarballs = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  if (tarballs.length !== packages.length) {
    return [{ path: "npm pack", message: `${tarballs.length} tarballs of ${packages.length} packages` }];
  }
  const entries = packages.flatMap(({ manifest }) =>
    Object.keys(manifest.exports ?? {})
      .filter((entry) => entry !== "./package.json")
      .map((entry) => `${manifest.name}${entry.slice(1)}`),
  );
  const program = entries.map((entry, index) => `import * as entry${index} from "${entry}";`).join("\n");
  const list = entries.map((_, index) => `entry${index}`).join(", ");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "outside", private: true, type: "module" }));
  writeFileSync(join(folder, "use.ts"), `${program}\nconsole.log([${list}].length);\n`);
  const local = tarballs.map((name) => `./${name}`);
  const installed = run(
    "npm",
    [
      "install",
      "--no-audit",
      "--no-fund",
      ...local,
      "typescript@7.0.2",
      "@types/node@24",
      "inversify@8",
      "reflect-metadata",
    ],
    folder,
  );
  if (!installed.ok) return [{ path: "npm install", message: installed.text.slice(-2000) }];
  const flags = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2024",
    "--lib",
    LIBRARIES,
    "--types",
    "node",
  ];
  const compiled = run("npx", ["tsc", ...flags, "use.ts"], folder);
  const ran = run(process.execPath, ["use.ts"], folder);
  return [
    ...(compiled.ok ? [] : compiled.text.split("\n").map((message) => ({ path: "tsc outside", message }))),
    ...(ran.ok && ran.text.includes(String(entries.length))
      ? []
      : [{ path: "node outside", message: ran.text.slice(-2000) }]),
  ];
}

const LIBRARIES = "es2024,esnext.disposable,esnext.array,esnext.iterator,esnext.collection";
