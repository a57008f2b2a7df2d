import { PODS, type Pod } from "@pinnace/api";
import type { PreemptionCandidate, SchedulerComponents, WaitingPod } from "../contract/components.ts";
import type { PodInfo } from "../contract/node-info.ts";
import { PreemptionMetrics } from "./preemption-metrics.ts";

/** Evicts victims in the background; their preemptor waits meanwhile. */
export class Evictions {
  readonly #needs: SchedulerComponents;
  readonly #plugin: string;
  /** Pods whose evictions run, with the key of the last victim once it alone is left. */
  readonly #running = new Map<string, string | undefined>();
  readonly #metrics: PreemptionMetrics;

  constructor(components: SchedulerComponents, plugin: string) {
    this.#needs = components;
    this.#plugin = plugin;
    this.#metrics = new PreemptionMetrics(components.metrics);
  }

  /** Counts an attempt to make room, whatever comes of it. */
  attempted(): void {
    this.#metrics.attempted();
  }

  /** Whether evictions for the pod run; not any more once the last victim is gone, though its answer has not come. */
  isRunning(uid: string): boolean {
    if (!this.#running.has(uid)) return false;
    const last = this.#running.get(uid);
    if (last === undefined) return true;
    const victim = this.#needs.reader.get(PODS, last);
    return victim !== undefined && victim.metadata?.deletionTimestamp === undefined;
  }

  /** Begins to evict the victims of a candidate for a pod. */
  start({ victims, nodeName }: PreemptionCandidate, pod: Pod): void {
    const leaving = victims.filter((victim) => victim.pod.metadata?.deletionTimestamp === undefined);
    const last = leaving.at(-1);
    if (last === undefined) return;
    const uid = pod.metadata?.uid ?? "";
    const { clock, logger, queue } = this.#needs;
    const started = clock.now();
    const measure = (result: "success" | "error"): void =>
      this.#metrics.evicted(result, (clock.now() - started) / 1_000);
    this.#metrics.chosen(victims.length);
    this.#running.set(uid, undefined);
    void this.#evictAll(leaving.slice(0, -1), last, pod, nodeName)
      .then(() => measure("success"))
      .catch((error: unknown) => {
        measure("error");
        logger.error("a pod could not be preempted", { node: nodeName, error });
        // No deletion will bring the pod back.
        this.#running.delete(uid);
        queue.activate(pod);
      })
      .finally(() => this.#running.delete(uid));
  }

  /** The last victim leaves when all others do, so that its deletion finds the pod ready to be tried again (KEP-4832). */
  async #evictAll(others: readonly PodInfo[], last: PodInfo, pod: Pod, nodeName: string): Promise<void> {
    const uid = pod.metadata?.uid ?? "";
    if (others.length > 0) await Promise.all(others.map((victim) => this.#evictOne(victim.pod, pod, nodeName)));
    const { namespace, name } = last.pod.metadata ?? {};
    this.#running.set(uid, `${namespace}/${name}`);
    if (this.#waitingPod(last.pod) !== undefined) this.#running.delete(uid);
    await this.#evictOne(last.pod, pod, nodeName, () => this.#running.delete(uid));
  }

  /** A pod that has no node yet is not deleted: its attempt is given up. `stopped` is called at once when its PreBind is. */
  async #evictOne(victim: Pod, pod: Pod, nodeName: string, stopped?: () => void): Promise<void> {
    const { waitingPods, writer } = this.#needs;
    const waiting = this.#waitingPod(victim);
    if (waiting !== undefined) waiting.preempt(this.#plugin, "preempted");
    else if (waitingPods.cancelPreBind?.(victim.metadata?.uid ?? "", `preempted by ${this.#plugin}`)) stopped?.();
    else await writer.preempt(victim, pod, nodeName);
  }

  #waitingPod(pod: Pod): WaitingPod | undefined {
    return this.#needs.waitingPods.list().find((each) => each.pod.metadata?.uid === pod.metadata?.uid);
  }
}
