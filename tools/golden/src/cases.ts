import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { GoldenError } from "./problem.ts";

/** A file of recorded cases. */
export interface CaseFile {
  /** `rest/create` */
  readonly id: string;
  readonly path: string;
  readonly names: readonly string[];
  /** Whether every case of the file was selected. */
  readonly whole: boolean;
}

interface Selection {
  /** Matches `folder/file/case`. */
  readonly only: RegExp;
  /** Whether there is a kubectl for the cases that run it. */
  readonly kubectl: boolean;
}

interface RecordedCase {
  readonly name: string;
  readonly steps: readonly { readonly kubectl?: unknown }[];
}

/** The selected cases under `folder`, and how many were left out for want of a kubectl. Throws `NO_CASES` when nothing matches. */
export function readCases(
  folder: string,
  { only, kubectl }: Selection,
): { readonly files: readonly CaseFile[]; readonly leftOut: number } {
  if (!existsSync(folder)) throw new GoldenError("NO_CASES", `there is no folder ${folder}`);
  let leftOut = 0;
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => readFile(join(folder, name), name.slice(0, -".json".length)));
  if (files.every(({ names }) => names.length === 0) && leftOut === 0) {
    throw new GoldenError("NO_CASES", `no case matches --only ${only.source}`);
  }
  return { files: files.filter(({ names }) => names.length > 0), leftOut };

  function readFile(path: string, id: string): CaseFile {
    const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: readonly RecordedCase[] };
    const matching = cases.filter(({ name }) => only.test(`${id}/${name}`));
    const chosen = matching.filter(({ steps }) => kubectl || steps.every((step) => step.kubectl === undefined));
    leftOut += matching.length - chosen.length;
    return { id, path, names: chosen.map(({ name }) => name), whole: chosen.length === cases.length };
  }
}
