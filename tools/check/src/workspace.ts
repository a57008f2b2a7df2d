import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly pinnace?: { readonly role?: string; readonly platform?: string };
  readonly nx?: { readonly tags?: readonly string[] };
}

/** One workspace package with its source files (paths relative to the repository). */
export interface Package {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly sources: readonly SourceFile[];
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Module specifiers of all static and dynamic imports and re-exports. */
  readonly imports: readonly string[];
}

/** What a check found. Printed as `path: message`. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^"'`;]*?from\s*["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)|(?:^|\n)import\s*["']([^"']+)["']/g;

/** Comments hold examples; what they import is not an import. */
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");

export function readSource(root: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), "utf8");
  const imports = [...withoutComments(text).matchAll(IMPORT)].map((match) => (match[1] ?? match[2] ?? match[3])!);
  return { path, text, imports };
}

function filesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** All packages below `packages`, `plugins`, `apps` and `tools`. Tests are not among the sources. */
export function readWorkspace(root: string): readonly Package[] {
  const packages: Package[] = [];
  for (const group of ["packages", "plugins", "apps", "tools"]) {
    for (const name of directories(join(root, group))) {
      const folder = `${group}/${name}`;
      if (!existsSync(join(root, folder, "package.json"))) continue;
      const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
      const paths = directories(join(root, folder)).includes("src") ? filesBelow(root, `${folder}/src`) : [];
      const sources = paths.filter((path) => !path.endsWith(".test.ts")).map((path) => readSource(root, path));
      packages.push({ folder, manifest, sources });
    }
  }
  return packages;
}

function directories(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}

/** `@pinnace/store` of `@pinnace/store/compliance`; `yaml` of `yaml`. */
export function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
