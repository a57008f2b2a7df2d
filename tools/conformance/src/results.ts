import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "@pinnace/errors";
import type { Outcome } from "./outcome.ts";
import { ConformanceError } from "./problem.ts";

/** An outcome, and the Pinnace that it was seen with. */
export type Result = Outcome & { readonly pinnace: string };

/** Outcomes that outlive the run, in a file for each version of `e2e.test` and kind of nodes. */
export interface Results {
  readonly folder: string;
  readonly all: ReadonlyMap<string, Result>;
  /** Keeps an outcome, and the output of a failure. Throws `RESULTS_NOT_WRITABLE`. */
  record(name: string, result: Result, output: string): void;
  /** Forgets outcomes: these specs are run anew. */
  forget(names: Iterable<string>): void;
}

/** Opens the results in `folder`. Throws `RESULTS_NOT_WRITABLE` or `RESULTS_INVALID`. */
export function openResults(folder: string): Results {
  const path = join(folder, "results.json");
  const logs = join(folder, "logs");
  writable(folder, () => mkdirSync(logs, { recursive: true }));
  const all = read(path);
  const save = (): void =>
    writable(folder, () => {
      // A crash leaves the old file or the new one.
      writeFileSync(`${path}.new`, `${JSON.stringify(Object.fromEntries(all), null, 1)}\n`);
      renameSync(`${path}.new`, path);
    });
  save();
  return {
    folder,
    all,
    record(name, result, output) {
      all.set(name, result);
      save();
      if (result.kind === "failed") writable(folder, () => writeFileSync(join(logs, logName(name)), output));
    },
    forget(names) {
      for (const name of names) all.delete(name);
      save();
    },
  };
}

/** `sig-node-pods-should-be-updated.log` */
const logName = (name: string): string =>
  `${name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 180)}.log`;

function read(path: string): Map<string, Result> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return new Map();
    throw error;
  }
  try {
    return new Map(Object.entries(JSON.parse(text) as Record<string, Result>));
  } catch (cause) {
    throw new ConformanceError("RESULTS_INVALID", `${path} cannot be read: ${messageOf(cause)}`, {
      cause,
      remedy: "remove it",
    });
  }
}

function writable(folder: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new ConformanceError("RESULTS_NOT_WRITABLE", `results cannot be kept in ${folder}: ${messageOf(cause)}`, {
      cause,
      remedy: "--results names another folder",
    });
  }
}
