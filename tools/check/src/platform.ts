import type { Package, Problem, SourceFile } from "./workspace.ts";

/** Node's globals that a browser lacks. */
const NODE_GLOBALS = /(?<![.\w"'`-])(?:process\.|Buffer\b|__dirname\b|__filename\b|setImmediate\b|require\()/;

/** Time that does not come from the injected clock. */
const WALL_TIME = /(?<![.\w])(?:Date\.now\(|new Date\(\)|performance\.now\(|set(?:Timeout|Interval)\()/;

/**
 * A platform-neutral package imports nothing of Node outside `src/node`, a package imports inversify only in `module.ts`,
 * and only `clock` (and apps, tools, tests) looks at the wall clock.
 */
export function checkPlatform(packages: readonly Package[]): readonly Problem[] {
  return packages.flatMap((each) => each.sources.flatMap((source) => checkSource(each, source)));
}

function checkSource(each: Package, source: SourceFile): Problem[] {
  const { path } = source;
  const problems: Problem[] = [];
  const library = each.folder.startsWith("packages/") || each.folder.startsWith("plugins/");
  if (library && !path.endsWith("/module.ts") && source.imports.some((name) => name === "inversify")) {
    problems.push({ path, message: "only module.ts may import inversify" });
  }
  const code = codeLines(source.text);
  const neutral = each.manifest.pinnace?.platform === "neutral" && !path.startsWith(`${each.folder}/src/node/`);
  if (neutral) {
    const imported = source.imports.filter(
      (name) => name.startsWith("node:") || /^\.{1,2}\/(?:.*\/)?node\//.test(name),
    );
    for (const name of imported) problems.push({ path, message: `a platform-neutral package imports ${name}` });
    report(code, NODE_GLOBALS, path, "a platform-neutral package uses a global of Node", problems);
  }
  if (library && each.folder !== "packages/clock")
    report(code, WALL_TIME, path, "time must come from the clock", problems);
  return problems;
}

interface CodeLine {
  readonly number: number;
  readonly text: string;
}

/** Lines without comments, so that documentation may name what code may not use. */
function codeLines(text: string): readonly CodeLine[] {
  const blanked = text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "));
  return blanked.split("\n").map((line, index) => ({ number: index + 1, text: line.replace(/(^|\s)\/\/.*$/, "") }));
}

function report(lines: readonly CodeLine[], pattern: RegExp, path: string, message: string, problems: Problem[]): void {
  for (const { number, text } of lines) {
    if (pattern.test(text))
      problems.push({ path: `${path}:${number}`, message: `${message}: ${text.trim().slice(0, 80)}` });
  }
}
