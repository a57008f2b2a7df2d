import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@pinnace/clock";
import { removeCgroup, unmountBelow } from "@pinnace/cri/node";

export interface NodeStateOptions {
  /** The kubelet's root directory. */
  readonly rootDirectory: string;
  /** The prefix that its cgroups were made with; "" for none. */
  readonly cgroupPrefix: string;
  readonly clock: Clock;
  /** Default `/sys/fs/cgroup`. */
  readonly cgroupRoot?: string;
}

/**
 * Removes what the pods of a node leave behind: volumes, their mounts, and cgroups. Call it when no container of the node
 * runs any more: after a stop, or before the start that follows a crash.
 */
export async function removeNodeState(options: NodeStateOptions): Promise<void> {
  const pods = join(options.rootDirectory, "pods");
  await unmountBelow(pods);
  await rm(pods, { recursive: true, force: true });
  const name = options.cgroupPrefix === "" ? "kubepods" : options.cgroupPrefix;
  await removeCgroup(name, { clock: options.clock, root: options.cgroupRoot ?? "/sys/fs/cgroup" });
}
