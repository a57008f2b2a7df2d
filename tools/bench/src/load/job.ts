import type { LoadTarget } from "./connection.ts";

/** What a load generator does. */
export interface LoadJob {
  readonly target: LoadTarget;
  readonly method: "GET" | "POST";
  readonly path: string;
  /** The status that every answer must have. */
  readonly expected: number;
  /** For POST: the body; each {@link NAME} in it becomes a name of its own, of the same length. */
  readonly body?: string;
  /** Of the names: distinguishes runs; lower case letters and digits. */
  readonly prefix?: string;
  readonly connections: number;
  /** Stops after this many seconds, or after `count` answers, whatever comes first. */
  readonly seconds: number;
  readonly count?: number;
  /** Requests per second over all connections; absent: each connection sends when it has its answer. */
  readonly rate?: number;
}

/** Is replaced by `<prefix>-0000001` and so on. */
export const NAME = "@name@";

/** What became of it. Times are milliseconds. */
export interface LoadResult {
  readonly answers: number;
  /** Answers per second. */
  readonly throughput: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Bytes of the bodies of all answers. */
  readonly bytes: number;
  /** How much of a core the generator took, from 0 to 1. */
  readonly busy: number;
  /** How many answers had another status than the expected one, and the first of them. */
  readonly wrong: number;
  readonly firstWrong?: string;
}
