/** Something with a place in the order of keys. */
interface Keyed {
  readonly key: string;
}

/** A chunk that grows beyond this is divided. */
const CHUNK = 512;

/**
 * Entries in key order, in chunks, so that a change moves few of them however many there are. Arrays that were handed out
 * are never changed.
 */
export class SortedEntries<Entry extends Keyed> {
  /** None of them empty. */
  readonly #chunks: Entry[][] = [];
  #all: readonly Entry[] | undefined = [];

  /** Puts an entry at its place, instead of one of the same key. */
  set(entry: Entry): void {
    this.#all = undefined;
    const last = this.#chunks.length - 1;
    const number = Math.min(this.#chunkOf(entry.key), last);
    const chunk = this.#chunks[number];
    if (chunk === undefined) {
      this.#chunks.push([entry]);
      return;
    }
    const at = lowerBound(chunk, entry.key);
    const present = chunk[at]?.key === entry.key;
    chunk.splice(at, present ? 1 : 0, entry);
    if (chunk.length > CHUNK) this.#divide(number, at === chunk.length - 1 && number === last);
  }

  delete(key: string): void {
    const number = this.#chunkOf(key);
    const chunk = this.#chunks[number];
    if (chunk === undefined) return;
    const at = lowerBound(chunk, key);
    if (chunk[at]?.key !== key) return;
    this.#all = undefined;
    if (chunk.length === 1) this.#chunks.splice(number, 1);
    else chunk.splice(at, 1);
  }

  /** All of them; the same array as long as nothing changes. */
  all(): readonly Entry[] {
    this.#all ??= this.#chunks.flat();
    return this.#all;
  }

  /** Those with `from <= key < to`. */
  range(from: string, to: string): readonly Entry[] {
    const found: Entry[] = [];
    for (let number = this.#chunkOf(from); number < this.#chunks.length; number += 1) {
      const chunk = this.#chunks[number]!;
      const end = lowerBound(chunk, to);
      for (let at = lowerBound(chunk, from); at < end; at += 1) found.push(chunk[at]!);
      if (end < chunk.length) break;
    }
    return found;
  }

  /** Keys often come in order: then the chunk before stays full. */
  #divide(number: number, appended: boolean): void {
    const chunk = this.#chunks[number]!;
    this.#chunks.splice(number + 1, 0, chunk.splice(appended ? CHUNK : CHUNK >> 1));
  }

  /** The first chunk whose last key is not less than this one. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#chunks[middle]!.at(-1)!.key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function lowerBound(entries: readonly Keyed[], key: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
