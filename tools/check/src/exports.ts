import { type Package, type Problem, resolveImport, type SourceFile } from "./workspace.ts";

const DECLARATION =
  /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:const|let|function\*?|class|interface|type)\s+([A-Za-z_$][\w$]*)/gm;

/**
 * An export that nobody uses is dead weight: each exported name of a file that is no entry point must be named in another
 * file of the package, or be re-exported with `export *` by one.
 */
export function checkExports(packages: readonly Package[], tests: ReadonlyMap<string, string>): readonly Problem[] {
  return packages.flatMap((each) => checkPackage(each, tests.get(each.folder) ?? ""));
}

function checkPackage(each: Package, tests: string): Problem[] {
  const entries = new Set(entryPoints(each));
  const starred = new Set(each.sources.flatMap((source) => starTargets(source)));
  const problems: Problem[] = [];
  for (const source of each.sources) {
    if (entries.has(source.path) || starred.has(source.path) || source.path.includes("/generated/")) continue;
    if (each.manifest.pinnace?.role === "app" && source.path.endsWith("/main.ts")) continue;
    const others = each.sources.filter((other) => other !== source).map((other) => other.text);
    for (const [, name] of source.text.matchAll(DECLARATION)) {
      const word = new RegExp(`(?<![\\w$])${name!.replace(/\$/g, "\\$")}(?![\\w$])`);
      if (!others.some((text) => word.test(text)) && !word.test(tests)) {
        problems.push({ path: source.path, message: `export ${name} is not used` });
      }
    }
  }
  return problems;
}

function entryPoints(each: Package): string[] {
  const targets = Object.values(each.manifest.exports ?? {});
  const sources = targets.map((target) => (typeof target === "string" ? target : target["@pinnace/source"]));
  return [...sources, "./src/main.ts"].flatMap((source) =>
    source ? [`${each.folder}/${source.replace("./", "")}`] : [],
  );
}

function starTargets({ path, text }: SourceFile): string[] {
  return [...text.matchAll(/export (?:type )?\* from "(\.[^"]+)"/g)].map(([, specifier]) =>
    resolveImport(path, specifier!),
  );
}
