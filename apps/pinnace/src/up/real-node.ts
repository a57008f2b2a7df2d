import type { Cluster } from "@pinnace/cluster";
import type { NodeRequirements } from "@pinnace/cri/node";
import { AppError } from "../app-error.ts";
import type { Foundation } from "./control-plane.ts";
import type { DataDirectory } from "./data-directory.ts";
import type { Progress } from "./progress.ts";

export interface RealNodeOptions {
  readonly requirements: NodeRequirements;
  readonly directory: DataDirectory;
  readonly foundation: Foundation;
  readonly cluster: Cluster;
  readonly progress: Progress;
  /** Receives what stops the node again. */
  readonly undo: (() => unknown)[];
}

export async function startRealNode(
  _options: RealNodeOptions,
): Promise<{ readonly name: string; readonly runtimeVersion: string }> {
  throw new AppError("REAL_NODE", "not wired");
}
