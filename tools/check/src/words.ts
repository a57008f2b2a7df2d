import type { Problem } from "./workspace.ts";

/** What no file of the project says, and why. */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.~-])\/work\//, "a path of somebody's machine"],
  [/\b(?:TODO|FIXME)\b/, "unfinished work"],
  [/\b(?:[Ii]ssues?|[Ff]ix(?:es|ed)?|[Ss]ee|PR) #\d+\b/, "a ticket's number, which says nothing to a reader"],
];

/** Text files that people wrote: `[path, text]`. */
export type TextFiles = Iterable<readonly [string, string]>;

/** A file speaks of the project alone: no paths of a machine, no unfinished work, no numbers of tickets. */
export function checkWords(files: TextFiles): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [path, text] of files) {
    for (const [index, line] of text.split("\n").entries()) {
      for (const [pattern, message] of FORBIDDEN) {
        if (pattern.test(line))
          problems.push({ path: `${path}:${index + 1}`, message: `${message}: ${line.trim().slice(0, 80)}` });
      }
    }
  }
  return problems;
}

/** Whether people wrote the file and readers read it; the check's own files name what they forbid. */
export function speaks(path: string): boolean {
  const written = /\.(?:ts|tsx|md|sh|yaml|yml)$|^\.ci\//.test(path);
  return written && !/\/generated\/|^tools\/check\/(?:src|test)\/words/.test(path);
}
