import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError, messageOf } from "@pinnace/errors";
import { type Background, start } from "./process.ts";

const root = join(import.meta.dirname, "../../..");

/** `pinnace up` as a user starts it, from source, in a folder of its own. */
export interface Cluster {
  readonly kubeconfig: string;
  readonly dataDirectory: string;
  readonly server: string;
  readonly process: Background;
  /** Ctrl-C; rejects when it does not end with 0 in time. */
  stop(): Promise<void>;
  /** Ctrl-C, and the data directory is removed. */
  remove(): Promise<void>;
}

interface ClusterOptions {
  readonly args?: readonly string[];
  /** An earlier cluster's folder, to go on from its state. */
  readonly dataDirectory?: string;
}

export const PINNACE: readonly string[] = ["--conditions=@pinnace/source", join(root, "apps/pinnace/src/main.ts")];

/** Rejects with `CLUSTER_FAILED`, and what the cluster said is wrong, when it does not start. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), "pinnace-e2e-"));
  const args = [...PINNACE, "up", "--data-dir", dataDirectory, "--port", "0", ...(options.args ?? [])];
  const background = start(process.execPath, args, { env: { HOME: dataDirectory } });
  try {
    const [, kubeconfig = ""] = await background.waitFor(/export KUBECONFIG=(\S+)/, 120_000);
    const [server = ""] = await background.waitFor(/https:\/\/[\d.]+:\d+/, 5_000);
    const stop = async (): Promise<void> => {
      const code = await background.stop();
      if (code !== 0) throw new Error(`pinnace up ended with ${code}:\n${background.output()}`);
    };
    const remove = async (): Promise<void> => {
      await stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    };
    return { kubeconfig, dataDirectory, server, process: background, stop, remove };
  } catch (cause) {
    await background.stop("SIGINT");
    if (options.dataDirectory === undefined) rmSync(dataDirectory, { recursive: true, force: true });
    throw new CodedError("CLUSTER_FAILED", `the cluster does not start: ${problemIn(messageOf(cause))}`, { cause });
  }
}

/** The line with which `pinnace up` says what is wrong, or everything when there is none. */
function problemIn(output: string): string {
  const problem = output.split("\n").find((line) => /^\S*error: /.test(line));
  return problem?.replace(/^\S*error: /, "") ?? output;
}
