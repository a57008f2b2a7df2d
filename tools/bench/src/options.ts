import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "./usage-error.ts";

/** An option of one scenario. `smoke` is its value with `--smoke`, unless one was given. */
type Option =
  | { readonly type: "number"; readonly default: number; readonly smoke?: number; readonly help: string }
  | {
      readonly type: "numbers";
      readonly default: readonly number[];
      readonly smoke?: readonly number[];
      readonly help: string;
    }
  | { readonly type: "text"; readonly default: string; readonly smoke?: string; readonly help: string }
  | { readonly type: "flag"; readonly help: string };

type ValueOf<Each extends Option> = Each extends { type: "number" }
  ? number
  : Each extends { type: "numbers" }
    ? readonly number[]
    : Each extends { type: "text" }
      ? string
      : boolean;

/** What every scenario takes, and what this one takes. */
interface BenchOptions<Own extends Readonly<Record<string, Option>>> {
  /** 1 with `--smoke`. */
  readonly rounds: number;
  /** A tiny run that shows that everything works; its figures mean nothing and are not kept. */
  readonly smoke: boolean;
  /** The path of a peer's executable: in `--peers`, else on PATH; undefined when it is on neither. */
  peer(program: string): string | undefined;
  readonly values: { readonly [Name in keyof Own]: ValueOf<Own[Name]> };
}

const COMMON = {
  rounds: { type: "number", default: 5, smoke: 1, help: "rounds, in each of which Pinnace and its peer take turns" },
  peers: { type: "text", default: "", help: "folder with executables of peers: etcd, kube-apiserver, ... (then PATH)" },
  smoke: { type: "flag", help: "a tiny run of one round that ends in seconds and keeps no result" },
} as const satisfies Readonly<Record<string, Option>>;

/** Reads the command line; throws a {@link UsageError} for anything that is no option or no value of one. */
export function benchOptions<const Own extends Readonly<Record<string, Option>>>(
  own: Own = {} as Own,
  args: readonly string[] = process.argv.slice(3),
): BenchOptions<Own> {
  const all: Readonly<Record<string, Option>> = { ...COMMON, ...own };
  if (args.includes("--help")) {
    process.stdout.write(helpOf(all));
    process.exit(0);
  }
  const given = parse(args, all);
  const smoke = given.smoke === true;
  const value = (name: string): unknown => optionValue(name, all[name]!, given[name], smoke);
  const rounds = value("rounds") as number;
  if (!Number.isInteger(rounds)) throw new UsageError(`--rounds must be a whole number from 1, not ${rounds}`);
  const folders = foldersOf(String(value("peers")));
  const values = Object.fromEntries(Object.keys(own).map((name) => [name, value(name)]));
  return {
    rounds,
    smoke,
    values: values as BenchOptions<Own>["values"],
    peer: (program) => find(program, folders),
  };
}

function parse(args: readonly string[], all: Readonly<Record<string, Option>>): Record<string, unknown> {
  const options = Object.fromEntries(
    Object.entries(all).map(([name, { type }]) => [
      name,
      { type: type === "flag" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  try {
    return parseArgs({ args: [...args], strict: true, options }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(". ")[0]} (--help lists the options)`);
  }
}

function optionValue(name: string, option: Option, given: unknown, smoke: boolean): unknown {
  if (option.type === "flag") return given === true;
  if (given === undefined) return smoke && option.smoke !== undefined ? option.smoke : option.default;
  if (option.type === "text") return given;
  const texts = option.type === "numbers" ? String(given).split(",") : [String(given)];
  const numbers = texts.map((text) => positive(name, text));
  return option.type === "numbers" ? numbers : numbers[0];
}

function positive(name: string, text: string): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new UsageError(`--${name} must be a number above 0, not ${JSON.stringify(text)}`);
}

function foldersOf(peers: string): readonly string[] {
  const path = (process.env.PATH ?? "").split(delimiter);
  if (peers === "") return path;
  if (!(statSync(peers, { throwIfNoEntry: false })?.isDirectory() ?? false))
    throw new UsageError(`--peers ${peers} is no folder`);
  return [peers, ...path];
}

function find(program: string, folders: readonly string[]): string | undefined {
  for (const folder of folders) {
    const path = join(folder, program);
    if (!(statSync(path, { throwIfNoEntry: false })?.isFile() ?? false)) continue;
    try {
      accessSync(path, constants.X_OK);
    } catch {
      throw new UsageError(`${path} is not executable`);
    }
    return path;
  }
  return undefined;
}

function helpOf(all: Readonly<Record<string, Option>>): string {
  const rows = Object.entries(all).map(([name, option]) => {
    const shown = option.type === "flag" || String(option.default) === "" ? "" : ` (default ${option.default})`;
    return [`--${name}${option.type === "flag" ? "" : ` <${option.type}>`}`, `${option.help}${shown}`] as const;
  });
  const width = Math.max(...rows.map(([name]) => name.length));
  return `${rows.map(([name, help]) => `  ${name.padEnd(width)}  ${help}`).join("\n")}\n`;
}
