import type { NodeInfo } from "../contract/node-info.ts";

type Images = NodeInfo["images"] | undefined;

/** How many nodes have each image. What {@link counts} gave is never changed. */
export class ImageCounts {
  #counts = new Map<string, number>();
  #shared = false;

  /** A node has `after` where it had `before`; undefined when it came or went. */
  replace(before: Images, after: Images): void {
    if ((before?.size ?? 0) + (after?.size ?? 0) === 0) return;
    if (this.#shared) this.#counts = new Map(this.#counts);
    this.#shared = false;
    for (const name of before?.keys() ?? []) {
      const count = this.#counts.get(name)! - 1;
      if (count === 0) this.#counts.delete(name);
      else this.#counts.set(name, count);
    }
    for (const name of after?.keys() ?? []) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  counts(): ReadonlyMap<string, number> {
    this.#shared = true;
    return this.#counts;
  }
}
