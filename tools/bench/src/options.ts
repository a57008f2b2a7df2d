import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";

/** What every scenario takes. */
interface BenchOptions {
  readonly rounds: number;
  /** The path of a peer's executable, or undefined when it is not on this machine. */
  peer(program: string): string | undefined;
}

/** Reads `--rounds` and `--peers` from the command line; everything else is the scenario's. */
export function benchOptions(args: readonly string[] = process.argv.slice(3)): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    options: { rounds: { type: "string", default: "5" }, peers: { type: "string" } },
  });
  const folders = values.peers === undefined ? (process.env.PATH ?? "").split(delimiter) : [String(values.peers)];
  return {
    rounds: Number(values.rounds),
    peer: (program) => folders.map((folder) => join(folder, program)).find((path) => existsSync(path)),
  };
}
