import type { Status } from "@pinnace/scheduler-framework";

/** The verdicts of nodes, in the order in which they were given. Looking one up by name makes an index first. */
export class NodeStatuses implements ReadonlyMap<string, Status> {
  readonly #names: string[] = [];
  readonly #statuses: Status[] = [];
  #index: Map<string, Status> | undefined;

  /** A name is added once. */
  add(name: string, status: Status): void {
    this.#names.push(name);
    this.#statuses.push(status);
    this.#index = undefined;
  }

  get size(): number {
    return this.#names.length;
  }

  get(name: string): Status | undefined {
    return this.#indexed().get(name);
  }

  has(name: string): boolean {
    return this.#indexed().has(name);
  }

  keys(): MapIterator<string> {
    return this.#names.values() as MapIterator<string>;
  }

  values(): MapIterator<Status> {
    return this.#statuses.values() as MapIterator<Status>;
  }

  entries(): MapIterator<[string, Status]> {
    return this.#indexed().entries();
  }

  forEach(visit: (status: Status, name: string, map: ReadonlyMap<string, Status>) => void): void {
    for (const [index, name] of this.#names.entries()) visit(this.#statuses[index]!, name, this);
  }

  [Symbol.iterator](): MapIterator<[string, Status]> {
    return this.entries();
  }

  #indexed(): Map<string, Status> {
    this.#index ??= new Map(this.#names.map((name, index) => [name, this.#statuses[index]!]));
    return this.#index;
  }
}
