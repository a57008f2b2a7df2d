import type { Pod } from "@pinnace/api";
import { type AttemptRecord, weightOf } from "./attempt-record.ts";

interface AttemptLogOptions {
  /** Node verdicts and rows of scores that are kept over all attempts; the oldest attempts go first. Default 50,000. */
  readonly maxNodes?: number;
  /** Attempts that are kept of all pods; default 2,000. */
  readonly maxAttempts?: number;
  /** Attempts that are kept of one pod; default 5. */
  readonly maxPerPod?: number;
}

const keyOf = ({ metadata }: Pod): string => `${metadata?.namespace}/${metadata?.name}`;

/** The last attempts, within bounds of memory. */
export class AttemptLog {
  readonly #maxNodes: number;
  readonly #maxAttempts: number;
  readonly #maxPerPod: number;
  /** In the order of their beginning. */
  readonly #records = new Set<AttemptRecord>();
  readonly #byPod = new Map<string, AttemptRecord[]>();
  #weight = 0;

  constructor({ maxNodes = 50_000, maxAttempts = 2_000, maxPerPod = 5 }: AttemptLogOptions = {}) {
    this.#maxNodes = maxNodes;
    this.#maxAttempts = maxAttempts;
    this.#maxPerPod = maxPerPod;
  }

  add(record: AttemptRecord): void {
    const key = keyOf(record.pod);
    const ofPod = this.#byPod.get(key);
    if (ofPod === undefined) this.#byPod.set(key, [record]);
    else {
      ofPod.push(record);
      if (ofPod.length > this.#maxPerPod) this.#drop(ofPod[0]!);
    }
    this.#records.add(record);
    this.#weight += weightOf(record);
    while (this.#records.size > 1 && (this.#weight > this.#maxNodes || this.#records.size > this.#maxAttempts)) {
      const [oldest] = this.#records;
      this.#drop(oldest!);
    }
  }

  /** The attempts of a pod that are still known, the oldest first. */
  of(namespace: string, name: string): readonly AttemptRecord[] {
    return this.#byPod.get(`${namespace}/${name}`) ?? [];
  }

  /** The last attempt of each pod, of one namespace or of all (""). */
  latest(namespace: string): readonly AttemptRecord[] {
    return [...this.#byPod.values()]
      .map((records) => records.at(-1)!)
      .filter(({ pod }) => namespace === "" || pod.metadata?.namespace === namespace);
  }

  #drop(record: AttemptRecord): void {
    this.#records.delete(record);
    this.#weight -= weightOf(record);
    const key = keyOf(record.pod);
    const others = (this.#byPod.get(key) ?? []).filter((each) => each !== record);
    if (others.length === 0) this.#byPod.delete(key);
    else this.#byPod.set(key, others);
  }
}
