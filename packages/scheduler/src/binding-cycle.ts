import { messageOf } from "@pinnace/errors";
import type { Cycle, Profile, Status, WaitingPodRegistry } from "@pinnace/scheduler-framework";

interface BindingCycleOptions {
  /** Settles when Permit plugins have decided; absent: none of them wanted time. */
  readonly permitted: Promise<Status> | undefined;
  /** Where others find a pod whose PreBind runs, to have it given up. */
  readonly waiting: WaitingPodRegistry;
  /** Tells others where the pod is going; called when the way there will take time (KEP-5278). */
  readonly announce: (nodeName: string) => Promise<void>;
  /** Called when no plugin can reject the pod any more: what fails from here on is an error, and is tried again. */
  readonly committed: () => void;
  /** Binds by way of an extender; undefined when none takes the pod. */
  readonly bindOutside: ((nodeName: string) => Promise<Status | undefined>) | undefined;
}

/** Everything after Permit, up to the binding: WaitOnPermit, PreBind, Bind. The first that fails ends it. */
export async function runBindingCycle(
  cycle: Cycle,
  profile: Profile,
  nodeName: string,
  { permitted, waiting, announce, committed, bindOutside }: BindingCycleOptions,
): Promise<Status> {
  const needsPreBind = profile.needsPreBind(cycle, nodeName);
  if (permitted !== undefined || needsPreBind) await announce(nodeName);
  if (permitted !== undefined) {
    const waited = await permitted;
    if (waited.code !== "Success") return waited;
  }
  committed();
  if (needsPreBind) {
    const prepared = await runPreBind(cycle, profile, nodeName, waiting);
    if (prepared.code !== "Success") return prepared;
  }
  return (await bindOutside?.(nodeName)) ?? profile.runBind(cycle, nodeName);
}

/** Ends early when the pod gives its place up to another one. */
async function runPreBind(
  cycle: Cycle,
  profile: Profile,
  nodeName: string,
  waiting: WaitingPodRegistry,
): Promise<Status> {
  const { signal, end } = waiting.preBind(cycle.pod.pod);
  try {
    const prepared = await profile.runPreBind({ ...cycle, signal: AbortSignal.any([cycle.signal, signal]) }, nodeName);
    if (prepared.code !== "Success" || !signal.aborted) return prepared;
    return { code: "Error", reasons: [messageOf(signal.reason)] };
  } finally {
    end();
  }
}
