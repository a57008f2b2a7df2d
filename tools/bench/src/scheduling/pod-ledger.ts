import type { SeenPod } from "./cluster-calls.ts";

interface Placed {
  readonly nodeName: string;
  readonly uid: string;
}

interface Waiter {
  readonly prefix: string;
  left: number;
  readonly resolve: () => void;
}

/** What a benchmark saw of pods: when each was asked for, when it was on a node, and that it stayed there. */
export class PodLedger {
  readonly #asked = new Map<string, number>();
  readonly #seen = new Map<string, number>();
  readonly #placed = new Map<string, Placed>();
  readonly #waiters = new Set<Waiter>();
  #fault: Error | undefined;
  #fail: (error: Error) => void = () => undefined;
  /** Rejects when a pod was bound twice. */
  readonly broken: Promise<never> = new Promise<never>((_resolve, reject) => {
    this.#fail = reject;
  });

  constructor() {
    this.broken.catch(() => undefined);
  }

  ask(key: string): void {
    this.#asked.set(key, performance.now());
  }

  see({ metadata, spec }: SeenPod): void {
    const key = `${metadata.namespace}/${metadata.name}`;
    const nodeName = spec.nodeName ?? "";
    const known = this.#placed.get(key);
    if (known !== undefined && known.uid === metadata.uid) {
      if (known.nodeName !== nodeName) this.#break(`pod ${key} was on ${known.nodeName} and then on ${nodeName}`);
      return;
    }
    this.#placed.set(key, { nodeName, uid: metadata.uid });
    this.#seen.set(key, performance.now());
    for (const waiter of this.#waiters) {
      if (!key.startsWith(waiter.prefix)) continue;
      waiter.left -= 1;
      if (waiter.left > 0) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  /** Resolves when so many pods whose `namespace/name` begins like this are on nodes. */
  async placed(prefix: string, count: number): Promise<void> {
    let left = count;
    for (const key of this.#placed.keys()) if (key.startsWith(prefix)) left -= 1;
    if (left <= 0) return;
    const arrived = new Promise<void>((resolve) => this.#waiters.add({ prefix, left, resolve }));
    await Promise.race([arrived, this.broken]);
  }

  /** Throws when a pod was bound twice, also one that nobody waits for. */
  requireSound(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  nodeOf(key: string): string | undefined {
    return this.#placed.get(key)?.nodeName;
  }

  /** Milliseconds from the request for each pod of a prefix until it was on a node, ascending. */
  latencies(prefix: string): Float64Array {
    const times: number[] = [];
    for (const [key, seen] of this.#seen) if (key.startsWith(prefix)) times.push(seen - (this.#asked.get(key) ?? seen));
    return Float64Array.from(times).sort();
  }

  /** When the last pod of a prefix was seen on a node. */
  lastSeen(prefix: string): number {
    let last = 0;
    for (const [key, seen] of this.#seen) if (key.startsWith(prefix) && seen > last) last = seen;
    return last;
  }

  #break(message: string): void {
    this.#fault ??= new Error(message);
    this.#fail(this.#fault);
  }
}
