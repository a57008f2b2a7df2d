import { join } from "node:path";
import { messageOf } from "@pinnace/errors";
import { readOptions, UsageError } from "@pinnace-tools/command";

/** The kind of nodes that the specs run on. */
export type Mode = "real" | "simulated";

export interface Options {
  /** Path of upstream's `e2e.test`. */
  readonly e2eTest: string;
  /** Path of the agnhost program; images are made of it. */
  readonly agnhost?: string;
  /** Undefined: the newest that the machine has. */
  readonly kubectl?: string;
  /** Undefined: a real node where one can run, simulated ones elsewhere. */
  readonly mode?: Mode;
  /** Which behaviours, by name. */
  readonly focus: RegExp;
  /** Specs that run side by side. */
  readonly jobs: number;
  /** Specs that one process runs, one after the other. */
  readonly batch: number;
  /** Milliseconds that one spec may take. */
  readonly specTimeout: number;
  /** Keep earlier results, run what has none yet. */
  readonly resume: boolean;
  /** Run what failed earlier as well. */
  readonly failed: boolean;
  /** Write the table though some behaviours have no result yet: they are "not run: not reached". */
  readonly write: boolean;
  /** Milliseconds after which no further spec is begun; undefined: never. */
  readonly budget?: number;
  /** Where results are kept. */
  readonly results: string;
  /** Folder of `conformance.md` and `conformance.json`. */
  readonly docs: string;
}

const USAGE =
  "npm run conformance -- --e2e-test PATH [--agnhost PATH] [--kubectl PATH] [--real|--simulated] [--focus REGEXP] " +
  "[--jobs N] [--batch N] [--spec-timeout SECONDS] [--budget SECONDS] [--resume] [--failed] [--write] [--results DIR] [--docs DIR]";

const FLAGS = {
  "e2e-test": { type: "string" },
  agnhost: { type: "string" },
  kubectl: { type: "string" },
  real: { type: "boolean" },
  simulated: { type: "boolean" },
  focus: { type: "string" },
  jobs: { type: "string" },
  batch: { type: "string" },
  "spec-timeout": { type: "string" },
  budget: { type: "string" },
  resume: { type: "boolean" },
  failed: { type: "boolean" },
  write: { type: "boolean" },
  results: { type: "string" },
  docs: { type: "string" },
} as const;

/** Reads the command line; paths are relative to `root` where none is given. Throws `BAD_OPTION`. */
export function parseOptions(args: readonly string[], root: string): Options {
  const values = readOptions(args, FLAGS, USAGE);
  const e2eTest = values["e2e-test"];
  if (e2eTest === undefined || e2eTest === "") throw bad("--e2e-test is missing: the path of Kubernetes' e2e.test");
  if (values.real && values.simulated) throw bad("--real and --simulated exclude each other");
  const budget = values.budget === undefined ? undefined : seconds("budget", values.budget);
  return {
    e2eTest,
    focus: expression(values.focus ?? "."),
    jobs: count("jobs", values.jobs ?? "2", 32),
    batch: count("batch", values.batch ?? "6", 100),
    specTimeout: seconds("spec-timeout", values["spec-timeout"] ?? "600"),
    resume: values.resume ?? false,
    failed: values.failed ?? false,
    write: values.write ?? false,
    results: values.results ?? join(root, "node_modules/.cache/conformance"),
    docs: values.docs ?? join(root, "docs"),
    ...(values.agnhost === undefined ? {} : { agnhost: values.agnhost }),
    ...(values.kubectl === undefined ? {} : { kubectl: values.kubectl }),
    ...(values.real ? { mode: "real" } : values.simulated ? { mode: "simulated" } : {}),
    ...(budget === undefined ? {} : { budget }),
  };
}

const bad = (message: string): UsageError => new UsageError(message, USAGE);

function expression(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (cause) {
    throw new UsageError(`--focus: ${messageOf(cause)}`);
  }
}

function count(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new UsageError(`--${flag}: "${text}" is not an integer from 1 to ${most}`);
}

const seconds = (flag: string, text: string): number => count(flag, text, 86_400) * 1_000;
