/** A binary heap whose items can be found and removed by key. */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #positions = new Map<string, number>();
  readonly #keyOf: (item: T) => string;
  readonly #compare: (a: T, b: T) => number;

  constructor(keyOf: (item: T) => string, compare: (a: T, b: T) => number) {
    this.#keyOf = keyOf;
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  get(key: string): T | undefined {
    const position = this.#positions.get(key);
    return position === undefined ? undefined : this.#items[position];
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  /** Adds an item, or replaces the one of the same key. */
  push(item: T): void {
    const key = this.#keyOf(item);
    const known = this.#positions.get(key);
    const position = known ?? this.#items.length;
    this.#put(position, item);
    this.#up(position);
    this.#down(this.#positions.get(key)!);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.delete(this.#keyOf(first));
    return first;
  }

  delete(key: string): T | undefined {
    const position = this.#positions.get(key);
    if (position === undefined) return undefined;
    const item = this.#items[position]!;
    const last = this.#items.pop()!;
    this.#positions.delete(key);
    if (last !== item) {
      this.#put(position, last);
      this.#up(position);
      this.#down(this.#positions.get(this.#keyOf(last))!);
    }
    return item;
  }

  values(): readonly T[] {
    return this.#items;
  }

  #put(position: number, item: T): void {
    this.#items[position] = item;
    this.#positions.set(this.#keyOf(item), position);
  }

  #up(start: number): void {
    let position = start;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (this.#compare(this.#items[position]!, this.#items[parent]!) >= 0) return;
      this.#swap(position, parent);
      position = parent;
    }
  }

  #down(start: number): void {
    let position = start;
    for (;;) {
      const left = 2 * position + 1;
      if (left >= this.#items.length) return;
      const right = left + 1;
      const hasSmallerRight = right < this.#items.length && this.#compare(this.#items[right]!, this.#items[left]!) < 0;
      const child = hasSmallerRight ? right : left;
      if (this.#compare(this.#items[child]!, this.#items[position]!) >= 0) return;
      this.#swap(position, child);
      position = child;
    }
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#items[a]!, this.#items[b]!];
    this.#put(a, second);
    this.#put(b, first);
  }
}
