import type { Pod } from "@pinnace/api";
import { formatDuration } from "@pinnace/apimachinery";
import type { Clock } from "@pinnace/clock";
import type { WaitingPod, WaitingPods } from "../contract/components.ts";
import { type Status, SUCCESS, unschedulable } from "../contract/status.ts";

interface Waiting extends WaitingPod {
  settle(status: Status): void;
}

/** Pods that Permit plugins keep waiting, until each has said yes, one has said no, or time is up. */
export class WaitingPodRegistry implements WaitingPods {
  readonly #pods = new Map<string, Waiting>();
  readonly #preBinding = new Map<string, AbortController>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  list(): readonly WaitingPod[] {
    return [...this.#pods.values()];
  }

  get(uid: string): WaitingPod | undefined {
    return this.#pods.get(uid);
  }

  /** Resolves when the pod may go on (`Success`) or may not. `timeouts` are milliseconds by plugin. */
  wait(pod: Pod, nodeName: string, timeouts: ReadonlyMap<string, number>): Promise<Status> {
    const uid = pod.metadata?.uid ?? "";
    return new Promise((resolve) => {
      const pending = new Set(timeouts.keys());
      const settle = (status: Status): void => {
        if (!this.#pods.delete(uid)) return;
        for (const timer of timers) timer.cancel();
        resolve(status);
      };
      const timers = [...timeouts].map(([plugin, timeout]) =>
        this.#clock.setTimeout(() => {
          settle({
            ...unschedulable(`rejected due to timeout after waiting ${formatDuration(timeout)} at plugin ${plugin}`),
            plugin,
          });
        }, timeout),
      );
      this.#pods.set(uid, {
        pod,
        nodeName,
        settle,
        allow: (plugin) => {
          pending.delete(plugin);
          if (pending.size === 0) settle(SUCCESS);
        },
        reject: (plugin, reason) => settle({ ...unschedulable(reason), plugin }),
        preempt: (plugin, reason) =>
          settle({ code: "Error", reasons: [`waiting on permit for pod: ${reason}`], plugin }),
      });
    });
  }

  /** PreBind of a pod begins: the signal aborts when its attempt is given up, which is possible until the end is called. */
  preBind({ metadata }: Pod): { readonly signal: AbortSignal; readonly end: () => void } {
    const uid = metadata?.uid ?? "";
    const controller = new AbortController();
    this.#preBinding.set(uid, controller);
    return { signal: controller.signal, end: () => void this.#preBinding.delete(uid) };
  }

  cancelPreBind(uid: string, reason: string): boolean {
    const controller = this.#preBinding.get(uid);
    if (controller === undefined || controller.signal.aborted) return false;
    controller.abort(new Error(reason));
    return true;
  }

  /** The pod is gone or the scheduler stops. */
  reject(uid: string, reason: string): void {
    this.#pods.get(uid)?.settle(unschedulable(reason));
  }
}
