import type { Package, Problem } from "./workspace.ts";

/** The most lines of a hand-written source file. */
const MAX_LINES = 400;

/** A file beyond {@link MAX_LINES} is more than one idea. Generated files do not count. */
export function checkSizes(packages: readonly Package[]): readonly Problem[] {
  return packages.flatMap((each) =>
    each.sources
      .filter(({ path }) => !path.includes("/generated/"))
      .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
      .filter(({ lines }) => lines > MAX_LINES)
      .map(({ path, lines }) => ({ path, message: `${lines} lines; the most is ${MAX_LINES}` })),
  );
}
