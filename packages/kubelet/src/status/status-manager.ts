import { PODS, type Pod, type PodStatus } from "@pinnace/api";
import { hasReason } from "@pinnace/apimachinery";
import type { Client } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import { messageOf } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";

/** Milliseconds until a failed write is tried again. */
const RETRY = 1000;
const MAX_RETRY = 60_000;

interface Entry {
  pod: Pod;
  /** The newest status; the one written last is `written`. */
  status: PodStatus;
  written: string;
  flushing: Promise<void> | undefined;
}

/**
 * Writes the statuses of pods: the newest one only, one write at a time per pod, nothing when nothing changed, again and
 * again until it is written or the pod is gone.
 */
export class StatusManager {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #entries = new Map<string, Entry>();
  readonly #stop = new AbortController();

  constructor(components: { readonly client: Client; readonly clock: Clock; readonly logger: Logger }) {
    this.#client = components.client;
    this.#clock = components.clock;
    this.#logger = components.logger;
  }

  /** The newest status of a pod, written or not. */
  get(uid: string): PodStatus | undefined {
    return this.#entries.get(uid)?.status;
  }

  /** Makes `status` the newest one and begins to write it. */
  set(pod: Pod, status: PodStatus): void {
    const uid = pod.metadata?.uid ?? "";
    let entry = this.#entries.get(uid);
    if (!entry) {
      entry = { pod, status, written: pod.status ? stable(pod.status) : "", flushing: undefined };
      this.#entries.set(uid, entry);
    }
    entry.pod = pod;
    entry.status = status;
    if (!entry.flushing && stable(status) !== entry.written) this.#begin(uid, entry);
  }

  /** Resolves when the newest status of the pod is written, or there is nothing to write it to. */
  async written(uid: string): Promise<void> {
    await this.#entries.get(uid)?.flushing;
  }

  forget(uid: string): void {
    this.#entries.delete(uid);
  }

  /** Gives up what could not be written yet and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#entries.values()].map(({ flushing }) => flushing));
  }

  #begin(uid: string, entry: Entry): void {
    entry.flushing = this.#flush(uid, entry).finally(() => {
      entry.flushing = undefined;
    });
  }

  async #flush(uid: string, entry: Entry): Promise<void> {
    let delay = RETRY;
    while (this.#entries.get(uid) === entry && !this.#stop.signal.aborted) {
      const text = stable(entry.status);
      if (text === entry.written) return;
      try {
        await this.#write(entry.pod, entry.status);
        entry.written = text;
        delay = RETRY;
      } catch (error) {
        if (hasReason(error, "NotFound") || hasReason(error, "Conflict")) {
          entry.written = text;
          continue;
        }
        this.#logger.warn("could not write the status of a pod", {
          pod: entry.pod.metadata?.name,
          error: messageOf(error),
        });
        await this.#clock.sleep(delay, this.#stop.signal).catch(() => undefined);
        delay = Math.min(delay * 2, MAX_RETRY);
      }
    }
  }

  async #write(pod: Pod, status: PodStatus): Promise<void> {
    const { name = "", namespace = "", uid } = pod.metadata ?? {};
    const body = { metadata: { uid }, status: statusPatch(status) };
    await this.#client
      .resource(PODS)
      .namespace(namespace)
      .patch(name, { type: "strategic", body }, { subresource: "status" });
  }
}

const REPLACE = { $patch: "replace" };

/**
 * The strategic merge patch that leaves nothing of an earlier status behind. Addresses merge by their text: without the
 * directive a pod whose sandbox was made anew would keep its old address beside the new one.
 */
export function statusPatch(status: PodStatus): unknown {
  return {
    ...status,
    ...(status.podIPs === undefined ? {} : { podIPs: [REPLACE, ...status.podIPs] }),
    ...(status.hostIPs === undefined ? {} : { hostIPs: [REPLACE, ...status.hostIPs] }),
  };
}

/** What a status says, for comparing; conditions of others and their times are in no status that a kubelet makes. */
function stable(status: PodStatus): string {
  return JSON.stringify(status);
}
