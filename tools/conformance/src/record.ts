import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "@pinnace/errors";
import type { Behaviour } from "./behaviour.ts";
import type { Mode } from "./options.ts";
import { firstLine, type Outcome } from "./outcome.ts";
import { ConformanceError } from "./problem.ts";
import type { Result } from "./results.ts";

/** How one behaviour ended, as it is kept beside the document. */
export interface RecordedBehaviour {
  readonly sig: string;
  readonly file: string;
  readonly outcome: Outcome["kind"];
  /** The first line of why it is not passed. */
  readonly why?: string;
}

/** A run over all behaviours on one kind of nodes. */
export interface ModeRecord {
  /** Of `e2e.test`. */
  readonly version: string;
  /** Pinnaces that the outcomes were seen with, as git describes them. */
  readonly pinnace: readonly string[];
  /** ISO 8601 day. */
  readonly date: string;
  readonly command: string;
  readonly behaviours: Readonly<Record<string, RecordedBehaviour>>;
  /** Names, against the record before. */
  readonly newlyPassing: readonly string[];
  readonly newlyFailing: readonly string[];
}

/** What `docs/conformance.json` keeps. */
export type ConformanceRecord = { readonly [Key in Mode]?: ModeRecord };

interface RunFacts {
  readonly version: string;
  readonly date: string;
  readonly command: string;
}

/** The record of a run, compared with the one before it. A behaviour without a result is not run. */
export function makeRecord(
  behaviours: readonly Behaviour[],
  results: ReadonlyMap<string, Result>,
  facts: RunFacts,
  before: ModeRecord | undefined,
): ModeRecord {
  const recorded = behaviours.map(({ name, sig, file }): [string, RecordedBehaviour] => {
    const result: Outcome = results.get(name) ?? { kind: "not run", why: "not reached" };
    const why = result.kind === "passed" ? {} : { why: firstLine(result.why).slice(0, 240) };
    return [name, { sig, file, outcome: result.kind, ...why }];
  });
  const changed = (to: Outcome["kind"]): string[] =>
    recorded
      .filter(
        ([name, { outcome }]) => outcome === to && before !== undefined && before.behaviours[name]?.outcome !== to,
      )
      .map(([name]) => name);
  const seen = behaviours.flatMap(({ name }) => results.get(name)?.pinnace ?? []);
  return {
    ...facts,
    pinnace: [...new Set(seen)].sort(),
    behaviours: Object.fromEntries(recorded),
    newlyPassing: changed("passed"),
    newlyFailing: changed("failed"),
  };
}

const FILE = "conformance.json";

/** Throws `RESULTS_INVALID`. */
export function readRecord(docs: string): ConformanceRecord {
  const path = join(docs, FILE);
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ConformanceRecord;
  } catch (cause) {
    throw new ConformanceError("RESULTS_INVALID", `${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

export function writeRecord(docs: string, record: ConformanceRecord, document: string): void {
  writeFileSync(join(docs, FILE), `${JSON.stringify(record, null, 1)}\n`);
  writeFileSync(join(docs, "conformance.md"), document);
}
