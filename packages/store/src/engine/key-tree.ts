import type { Entry } from "../store.ts";
import { type Order, orderFor } from "./key-order.ts";

/** Most entries of a leaf and most children of an inner node; half of it is what a node keeps at least. */
const CAPACITY = 64;
const LEAST = CAPACITY / 4;

interface Leaf {
  /** The tree that may change this node in place; every other one copies it first. */
  readonly owner: object;
  /** Those of the items. Kept here because searches read them most. */
  readonly keys: string[];
  readonly items: Entry[];
  readonly children?: undefined;
}

interface Inner {
  readonly owner: object;
  /** For each child one that no key of it is less than, and every key of the child before it is. */
  readonly keys: string[];
  readonly children: Node[];
  /** How many entries are below this node. */
  count: number;
}

type Node = Leaf | Inner;

/**
 * Entries in key order: a B-tree that counts, so that ranks and pages cost O(log n), and that is copied on write, so
 * that a snapshot costs O(1) and shares what does not change.
 */
export class KeyTree {
  #owner: object = {};
  #root: Node;

  constructor(root: KeyTree | undefined = undefined) {
    this.#root = root === undefined ? { owner: this.#owner, keys: [], items: [] } : root.#root;
  }

  get size(): number {
    return countOf(this.#root);
  }

  get(key: string): Entry | undefined {
    const order = orderFor(key);
    let node = this.#root;
    while (node.children !== undefined) node = node.children[childIndex(node, key, order)] as Node;
    const entry = node.items[itemIndex(node, key, order)];
    return entry?.key === key ? entry : undefined;
  }

  /** Sets the entry of its key; returns the one before. */
  set(entry: Entry): Entry | undefined {
    let previous: Entry | undefined;
    this.put(entry.key, (before) => {
      previous = before;
      return entry;
    });
    return previous;
  }

  /** Sets the entry of a key to what `make` returns for the one before. */
  put(key: string, make: (before: Entry | undefined) => Entry): void {
    const root = this.#own(this.#root);
    this.#insert(root, key, orderFor(key), make);
    this.#root = root;
    const right = this.#split(root);
    if (right !== undefined)
      this.#root = {
        owner: this.#owner,
        keys: [firstOf(root), firstOf(right)],
        children: [root, right],
        count: countOf(root) + countOf(right),
      };
  }

  /** Removes a key; returns its entry. */
  delete(key: string): Entry | undefined {
    if (this.get(key) === undefined) return undefined;
    const root = this.#own(this.#root);
    const previous = this.#remove(root, key, orderFor(key));
    this.#root = root;
    while (this.#root.children?.length === 1) this.#root = this.#root.children[0] as Node;
    return previous;
  }

  /** This tree as it is now, independent of what happens to either one later. */
  snapshot(): KeyTree {
    // From now on nobody owns the nodes of today.
    this.#owner = {};
    return new KeyTree(this);
  }

  /** How many keys come before all those for which `isBefore` is false; it holds for no key after one where it is false. */
  rank(isBefore: (key: string) => boolean): number {
    let rank = 0;
    let node = this.#root;
    while (node.children !== undefined) {
      let index = 0;
      // The last child that starts before the border is the one that has the border.
      while (index + 1 < node.children.length && isBefore(node.keys[index + 1] as string)) {
        rank += countOf(node.children[index] as Node);
        index++;
      }
      node = node.children[index] as Node;
    }
    return rank + lowerBound(node.items.length, (index) => isBefore(node.keys[index] as string));
  }

  /** The entries from rank `start` to before rank `end`. */
  slice(start: number, end: number): Entry[] {
    const found: Entry[] = [];
    if (start < end) collect(this.#root, start, end, found);
    return found;
  }

  #own<N extends Node>(node: N): N {
    if (node.owner === this.#owner) return node;
    const owner = this.#owner;
    const keys = node.keys.slice();
    if (node.children === undefined) return { owner, keys, items: node.items.slice() } as unknown as N;
    return { owner, keys, children: node.children.slice(), count: node.count } as unknown as N;
  }

  /** True when the key is new. */
  #insert(node: Node, key: string, order: Order, make: (before: Entry | undefined) => Entry): boolean {
    if (node.children === undefined) {
      const index = itemIndex(node, key, order);
      if (node.keys[index] === key) {
        node.items[index] = make(node.items[index]);
        return false;
      }
      node.items.splice(index, 0, make(undefined));
      node.keys.splice(index, 0, key);
      return true;
    }
    const index = childIndex(node, key, order);
    const child = this.#own(node.children[index] as Node);
    node.children[index] = child;
    if (index === 0 && order(node.keys[0] as string, key) > 0) node.keys[0] = key;
    if (!this.#insert(child, key, order, make)) return false;
    node.count++;
    const right = this.#split(child);
    if (right === undefined) return true;
    node.children.splice(index + 1, 0, right);
    node.keys.splice(index + 1, 0, firstOf(right));
    return true;
  }

  /** Cuts an overfull node; returns the new right half. */
  #split(node: Node): Node | undefined {
    if (node.children === undefined) {
      if (node.items.length <= CAPACITY) return undefined;
      const keys = node.keys.splice(splitPoint(node.keys.length));
      return { owner: this.#owner, keys, items: node.items.splice(splitPoint(node.items.length)) };
    }
    if (node.children.length <= CAPACITY) return undefined;
    const children = node.children.splice(splitPoint(node.children.length));
    const keys = node.keys.splice(splitPoint(node.keys.length));
    const right: Inner = { owner: this.#owner, keys, children, count: sumOf(children) };
    node.count -= right.count;
    return right;
  }

  #remove(node: Node, key: string, order: Order): Entry | undefined {
    if (node.children === undefined) {
      const index = itemIndex(node, key, order);
      node.keys.splice(index, 1);
      return node.items.splice(index, 1)[0];
    }
    const index = childIndex(node, key, order);
    const child = this.#own(node.children[index] as Node);
    node.children[index] = child;
    const previous = this.#remove(child, key, order);
    node.count--;
    if (widthOf(child) < LEAST && node.children.length > 1) this.#join(node, Math.max(0, index - 1));
    return previous;
  }

  /** Makes one node of the children at `index` and after it, or two of fair width when one would be overfull. */
  #join(parent: Inner, index: number): void {
    const left = this.#own(parent.children[index] as Node);
    const right = parent.children[index + 1] as Node;
    parent.children[index] = left;
    left.keys.push(...right.keys);
    if (left.children === undefined) left.items.push(...(right as Leaf).items);
    else {
      left.children.push(...(right as Inner).children);
      left.count += (right as Inner).count;
    }
    const rest = this.#split(left);
    parent.children.splice(index + 1, 1, ...(rest === undefined ? [] : [rest]));
    parent.keys.splice(index + 1, 1, ...(rest === undefined ? [] : [firstOf(rest)]));
  }
}

/** Keys mostly arrive in order, so the left half stays fuller. */
function splitPoint(length: number): number {
  return Math.floor((length * 5) / 8);
}

function widthOf(node: Node): number {
  return (node.children ?? node.items).length;
}

function countOf(node: Node): number {
  return node.children === undefined ? node.items.length : node.count;
}

function sumOf(nodes: readonly Node[]): number {
  let sum = 0;
  for (const node of nodes) sum += countOf(node);
  return sum;
}

/** The smallest index for which `isBefore` is false. */
function lowerBound(length: number, isBefore: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstOf(node: Node): string {
  return node.keys[0] as string;
}

/** Where `key` is or would be. */
function itemIndex({ keys }: Leaf, key: string, order: Order): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(keys[middle] as string, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last child that starts at or before `key`, else the first. */
function childIndex({ keys }: Inner, key: string, order: Order): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(keys[middle] as string, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

function collect(node: Node, start: number, end: number, found: Entry[]): void {
  if (node.children === undefined) {
    for (let index = Math.max(0, start); index < Math.min(end, node.items.length); index++)
      found.push(node.items[index] as Entry);
    return;
  }
  let offset = 0;
  for (const child of node.children) {
    const count = countOf(child);
    if (offset >= end) return;
    if (offset + count > start) collect(child, start - offset, end - offset, found);
    offset += count;
  }
}
