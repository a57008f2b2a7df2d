import { type Package, type Problem, packageOf, resolveImport, type SourceFile } from "./workspace.ts";

/** Node's globals that a browser lacks. */
const NODE_GLOBALS = /(?<![.\w"'`-])(?:process\.|Buffer\b|__dirname\b|__filename\b|setImmediate\b|require\()/;

/** Time that does not come from the injected clock. */
const WALL_TIME = /(?<![.\w])(?:Date\.now\(|new Date\(\)|performance\.now\(|set(?:Timeout|Interval)\()/;

/**
 * A platform-neutral package imports nothing of Node outside `src/node`, a package imports inversify only in `module.ts`,
 * and only `clock` (and apps, tools, tests) looks at the wall clock.
 */
export function checkPlatform(packages: readonly Package[]): readonly Problem[] {
  const nodeOnly = new Set(
    packages.filter(({ manifest }) => manifest.pinnace?.platform === "node").map(({ manifest }) => manifest.name),
  );
  return packages.flatMap((each) => each.sources.flatMap((source) => checkSource(each, source, nodeOnly)));
}

function checkSource(each: Package, source: SourceFile, nodeOnly: ReadonlySet<string>): Problem[] {
  const { path, imports } = source;
  const problems: Problem[] = [];
  const library = each.folder.startsWith("packages/") || each.folder.startsWith("plugins/");
  if (library && !path.endsWith("/module.ts") && imports.includes("inversify")) {
    problems.push({ path, message: "only module.ts may import inversify" });
  }
  const nodeFolder = `${each.folder}/src/node/`;
  if (each.manifest.pinnace?.platform === "neutral" && !path.startsWith(nodeFolder)) {
    const imported = imports.filter(
      (name) => needsNode(name, nodeOnly) || resolveImport(path, name).startsWith(nodeFolder),
    );
    for (const name of imported) problems.push({ path, message: `a platform-neutral package imports ${name}` });
    report(source, NODE_GLOBALS, "a platform-neutral package uses a global of Node", problems);
  }
  if (library && each.folder !== "packages/clock") report(source, WALL_TIME, "time must come from the clock", problems);
  return problems;
}

/** Modules of Node, `./node` entry points, and packages for Node; their contracts (`./contract`) are neutral. */
function needsNode(specifier: string, nodeOnly: ReadonlySet<string>): boolean {
  if (specifier.startsWith("node:")) return true;
  const name = packageOf(specifier);
  return specifier.startsWith("@pinnace/")
    ? specifier === `${name}/node` || (nodeOnly.has(name) && specifier !== `${name}/contract`)
    : false;
}

function report({ path, code, text }: SourceFile, pattern: RegExp, message: string, problems: Problem[]): void {
  const lines = text.split("\n");
  for (const [index, line] of code.split("\n").entries()) {
    if (pattern.test(line)) {
      problems.push({ path: `${path}:${index + 1}`, message: `${message}: ${lines[index]!.trim().slice(0, 80)}` });
    }
  }
}
