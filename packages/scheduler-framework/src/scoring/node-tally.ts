import type { NodeInfo, Snapshot } from "../contract/node-info.ts";

/** What each node adds to a sum over all nodes. */
interface NodeTallyOptions<Part> {
  /** What a node adds; undefined: nothing. Depends on the node alone. */
  readonly partOf: (node: NodeInfo) => Part | undefined;
  /** Adds a part to the sum (1), or takes one away that was added before (-1). */
  readonly add: (part: Part, sign: 1 | -1) => void;
  /** Makes the sum empty. */
  readonly clear: () => void;
}

/**
 * Keeps a sum over all nodes from one attempt to the next: only the nodes that changed are looked at again. Needs the
 * snapshots of one scheduler; for any other it adds up all nodes, and forgets them.
 */
export class NodeTally<Part> {
  readonly #options: NodeTallyOptions<Part>;
  readonly #parts = new Map<string, Part>();
  #generation: number | undefined;

  constructor(options: NodeTallyOptions<Part>) {
    this.#options = options;
  }

  /** Brings the sum to the state of a snapshot. */
  update(snapshot: Snapshot): void {
    const changed = this.#generation === undefined ? undefined : snapshot.changedSince(this.#generation);
    if (changed === undefined) this.#countAll(snapshot);
    else for (const name of changed) this.#count(name, snapshot.get(name));
    const isRemembered = snapshot.changedSince(snapshot.generation) !== undefined;
    this.#generation = isRemembered ? snapshot.generation : undefined;
  }

  /** What a node of the last snapshot adds. */
  part(name: string): Part | undefined {
    return this.#parts.get(name);
  }

  #countAll(snapshot: Snapshot): void {
    this.#parts.clear();
    this.#options.clear();
    for (const node of snapshot.nodes) {
      const part = this.#options.partOf(node);
      if (part === undefined) continue;
      this.#parts.set(node.name, part);
      this.#options.add(part, 1);
    }
  }

  #count(name: string, node: NodeInfo | undefined): void {
    const before = this.#parts.get(name);
    if (before !== undefined) this.#options.add(before, -1);
    const part = node === undefined ? undefined : this.#options.partOf(node);
    if (part === undefined) this.#parts.delete(name);
    else {
      this.#parts.set(name, part);
      this.#options.add(part, 1);
    }
  }
}

/** Values by key, of which the one that was not used for longest goes when there are too many. */
export class RecentlyUsed<Value> {
  readonly #values = new Map<string, Value>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The value of a key; made when there is none, or none that is good. */
  get(key: string, make: () => Value, isGood: (value: Value) => boolean = () => true): Value {
    const known = this.#values.get(key);
    const value = known !== undefined && isGood(known) ? known : make();
    if (known !== undefined) this.#values.delete(key);
    else if (this.#values.size >= this.#limit) this.#values.delete(this.#values.keys().next().value!);
    this.#values.set(key, value);
    return value;
  }
}
