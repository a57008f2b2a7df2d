import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "../../..");
const GROUPS = ["packages", "plugins", "apps", "tools"];

/** What a command printed, and whether it succeeded. */
export interface Outcome {
  readonly ok: boolean;
  readonly text: string;
}

/** A copy of the repository that shares what is installed; workspace packages are those of the copy. */
export interface RepositoryCopy {
  readonly folder: string;
  run(program: string, ...args: readonly string[]): Outcome;
  /** Makes a workspace package importable, as `npm install` does. */
  link(folder: string): void;
  remove(): void;
}

export function copyRepository(): RepositoryCopy {
  const folder = mkdtempSync(join(tmpdir(), "pinnace-copy-"));
  const listed = spawnSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
  const paths = listed.stdout.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
  for (const path of paths) cpSync(join(root, path), join(folder, path));
  const link = (target: string, name: string): void => {
    const path = join(folder, "node_modules", name);
    rmSync(path, { force: true });
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  };
  const linkWorkspace = (path: string): void => link(join(folder, path), nameOf(join(folder, path)));
  for (const name of installed(join(root, "node_modules"))) link(join(root, "node_modules", name), name);
  const packages = GROUPS.flatMap((group) => readdirSync(join(folder, group)).map((name) => `${group}/${name}`));
  for (const path of packages) if (existsSync(join(folder, path, "package.json"))) linkWorkspace(path);
  return {
    folder,
    link: linkWorkspace,
    run(program, ...args) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
        cwd: folder,
        encoding: "utf8",
        maxBuffer: 1 << 26,
      });
      return { ok: status === 0, text: `${stdout}\n${stderr}` };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function installed(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => !name.startsWith("."));
  return [...names, ".bin"].flatMap((name) =>
    name.startsWith("@") ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
  );
}

const nameOf = (folder: string): string =>
  (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string }).name;
