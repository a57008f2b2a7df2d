import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CniComponents } from "../contract.ts";

/** A call of {@link CniComponents.run}. */
export interface RecordedRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly stdin: string;
}

/** A host on which every program succeeds without doing anything, and which remembers what was asked. */
export interface RecordingHost extends CniComponents {
  readonly runs: readonly RecordedRun[];
  /** From now on programs fail with this text on standard error; undefined: they succeed again. */
  failWith(message: string | undefined): void;
  /** Removes the state directory. */
  remove(): Promise<void>;
}

/** Its state directory is a new one below the system's temporary directory; `output` is what programs print. */
export async function createRecordingHost(output = ""): Promise<RecordingHost> {
  const stateDirectory = await mkdtemp(join(tmpdir(), "pinnace-cni-"));
  const runs: RecordedRun[] = [];
  let failure: string | undefined;
  return {
    stateDirectory,
    runs,
    async run(command, args, { stdin = "", signal } = {}) {
      signal?.throwIfAborted();
      runs.push({ command, args, stdin });
      if (failure !== undefined) throw new Error(failure);
      return output;
    },
    failWith(message) {
      failure = message;
    },
    remove: () => rm(stateDirectory, { recursive: true }),
  };
}
