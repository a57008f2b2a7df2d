import { parseArgs } from "node:util";
import { messageOf } from "@pinnace/errors";
import { GoldenError } from "./problem.ts";

export interface Options {
  /** Which cases, by `folder/file/case`. */
  readonly only: RegExp;
  /** Differences to print for each answer. */
  readonly show: number;
  /** Rewrite the list of known differences. */
  readonly updateList: boolean;
  /** Print what the API server logs. */
  readonly log: boolean;
}

const USAGE = "usage: npm run golden [-- --only REGEXP] [--show N] [--update-list] [--log]";

/** Reads the command line. Throws `BAD_OPTION`. */
export function parseOptions(args: readonly string[]): Options {
  const values = parse(args);
  return {
    only: expression(values.only ?? "."),
    show: count(values.show ?? "3"),
    updateList: values["update-list"] ?? false,
    log: values.log ?? false,
  };
}

function parse(args: readonly string[]): { only?: string; show?: string; "update-list"?: boolean; log?: boolean } {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: "string" },
        show: { type: "string" },
        "update-list": { type: "boolean" },
        log: { type: "boolean" },
      },
    }).values;
  } catch (cause) {
    throw new GoldenError("BAD_OPTION", messageOf(cause).split("\n")[0] ?? "", { cause, remedy: USAGE });
  }
}

function expression(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (cause) {
    throw new GoldenError("BAD_OPTION", `--only: ${messageOf(cause)}`, { cause });
  }
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new GoldenError("BAD_OPTION", `--show: "${text}" is not a number`);
  return Number(text);
}
