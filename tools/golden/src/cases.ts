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

/** The cases under `folder` whose `folder/file/case` matches. Throws `NO_CASES` when none does. */
export function readCases(folder: string, only: RegExp): readonly CaseFile[] {
  if (!existsSync(folder)) throw new GoldenError("NO_CASES", `there is no folder ${folder}`);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => readFile(folder, name, only))
    .filter(({ names }) => names.length > 0);
  if (files.length === 0) throw new GoldenError("NO_CASES", `no case matches --only ${only.source}`);
  return files;
}

function readFile(folder: string, name: string, only: RegExp): CaseFile {
  const path = join(folder, name);
  const id = name.slice(0, -".json".length);
  const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: readonly { name: string }[] };
  const names = cases.map((each) => each.name).filter((each) => only.test(`${id}/${each}`));
  return { id, path, names, whole: names.length === cases.length };
}
