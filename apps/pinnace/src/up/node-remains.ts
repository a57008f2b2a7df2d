import { join } from "node:path";
import type { Clock } from "@pinnace/clock";
import { endContainerd, unmountBelow } from "@pinnace/cri/node";
import { removeNodeState } from "@pinnace/kubelet/node";

/** Apart from a kubelet that the machine may run besides. */
export const CGROUP_PREFIX = "/pinnace";

/**
 * Removes what the real node of a killed process has left of its pods: containers, mounts, network namespaces with their
 * addresses, cgroups. The data directory keeps what it records, and may be gone itself. Only for who has taken the machine:
 * cgroups are one cluster's at a time.
 */
export async function removeNodeRemains(dataDirectory: string, clock: Clock): Promise<void> {
  await endContainerd(join(dataDirectory, "containerd"));
  await removeNodeState({ rootDirectory: join(dataDirectory, "kubelet"), cgroupPrefix: CGROUP_PREFIX, clock });
}

/** Makes the folders of a killed real node removable: nothing runs from them and nothing is mounted there. */
export async function releaseNodeFolders(dataDirectory: string): Promise<void> {
  await endContainerd(join(dataDirectory, "containerd"));
  await unmountBelow(dataDirectory);
}
