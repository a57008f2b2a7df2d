import type { Cycle, Profile, Status, WaitingPodRegistry } from "@pinnace/scheduler-framework";

interface BindingCycleOptions {
  readonly waiting: WaitingPodRegistry;
  /** Tells others where the pod is going; called when the way there will take time (KEP-5278). */
  readonly announce: (nodeName: string) => Promise<void>;
}

/** Everything after the choice of a node, up to the binding: Reserve, Permit, PreBind, Bind. The first that fails ends it. */
export async function runBindingCycle(
  cycle: Cycle,
  profile: Profile,
  nodeName: string,
  { waiting, announce }: BindingCycleOptions,
): Promise<Status> {
  if (profile.points.reserve.length > 0) {
    const reserved = await profile.runReserve(cycle, nodeName);
    if (reserved.code !== "Success") return reserved;
  }
  const { status: permitted, timeouts } = profile.runPermit(cycle, nodeName);
  if (permitted.code === "Wait" || profile.needsPreBind(cycle, nodeName)) await announce(nodeName);
  if (permitted.code === "Wait") {
    const waited = await waiting.wait(cycle.pod.pod, nodeName, timeouts);
    if (waited.code !== "Success") return waited;
  } else if (permitted.code !== "Success") return permitted;
  if (profile.points.preBind.length > 0) {
    const prepared = await profile.runPreBind(cycle, nodeName);
    if (prepared.code !== "Success") return prepared;
  }
  return profile.runBind(cycle, nodeName);
}
