import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix, relative } from "node:path";
import { blankNonCode } from "./blank.ts";

export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly publishConfig?: { readonly access?: string; readonly directory?: string };
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
  /** The text without comments and contents of strings, at the same lines and columns. */
  readonly code: string;
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

/** A source file and what it imports. Comments and strings hold examples; what those import is not an import. */
export function sourceFile(path: string, text: string): SourceFile {
  const code = blankNonCode(text);
  const imports = [...text.matchAll(IMPORT)]
    .filter((match) => code.slice(match.index, match.index + match[0].length).trim().length > 2)
    .map((match) => (match[1] ?? match[2] ?? match[3])!);
  return { path, text, code, imports };
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
      const sources = paths
        .filter((path) => !path.endsWith(".test.ts"))
        .map((path) => sourceFile(path, readFileSync(join(root, path), "utf8")));
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

/** The path of what a file imports by a relative specifier; other specifiers as they are. */
export function resolveImport(from: string, specifier: string): string {
  return specifier.startsWith(".") ? posix.join(posix.dirname(from), specifier) : specifier;
}
