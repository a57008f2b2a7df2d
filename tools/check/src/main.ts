/** Runs the repository checks. Usage: `npm run check:repo` (`-- --tarballs` also packs, installs and compiles outside). */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkExports } from "./exports.ts";
import { checkLayers } from "./layers.ts";
import { checkManifests } from "./manifests.ts";
import { checkPlatform } from "./platform.ts";
import { checkReadmes } from "./readmes.ts";
import { checkSizes } from "./sizes.ts";
import { checkTarballs } from "./tarballs.ts";
import { checkWords, speaks, type TextFiles } from "./words.ts";
import { type Package, type Problem, readWorkspace } from "./workspace.ts";

const root = join(import.meta.dirname, "../../..");

function testsOf(folder: string): string {
  const read = (path: string): string =>
    readdirSync(path, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
  const names = readdirSync(join(root, folder));
  return ["test", "src"]
    .filter((name) => names.includes(name))
    .map((name) => (name === "test" ? read(join(root, folder, name)) : testsBeside(join(root, folder, name))))
    .join("\n");
}

function testsBeside(path: string): string {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

/** The tracked files that {@link checkWords} reads; none where the project is not a git repository. */
function writtenFiles(): TextFiles {
  const { stdout } = spawnSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
  const paths = (stdout ?? "").split("\0").filter((path) => speaks(path) && existsSync(join(root, path)));
  return paths.map((path) => [path, readFileSync(join(root, path), "utf8")] as const);
}

const packages: readonly Package[] = readWorkspace(root);
const tests = new Map(packages.map((each) => [each.folder, testsOf(each.folder)]));
const tarballs = process.argv.includes("--tarballs");
const checks: readonly (readonly [string, () => readonly Problem[] | Promise<readonly Problem[]>])[] = [
  ["layers", () => checkLayers(packages)],
  ["platform", () => checkPlatform(packages)],
  ["manifests", () => checkManifests(packages)],
  ["exports", () => checkExports(packages, tests)],
  ["sizes", () => checkSizes(packages)],
  ["words", () => checkWords(writtenFiles())],
  ["readmes", () => checkReadmes(root, packages)],
  ...(tarballs ? ([["tarballs", () => checkTarballs(root, packages)]] as const) : []),
];

let failed = 0;
for (const [name, check] of checks) {
  const problems = await check();
  failed += problems.length;
  console.log(`${name}: ${problems.length === 0 ? "ok" : `${problems.length} problems`}`);
  for (const { path, message } of problems) console.log(`  ${path}: ${message}`);
}
process.exitCode = failed === 0 ? 0 : 1;
