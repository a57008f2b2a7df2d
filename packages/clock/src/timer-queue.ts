import type { Timer } from "./clock.ts";

/** A timer that waits in a {@link TimerQueue}. */
interface QueuedTimer extends Timer {
  /** When it fires, milliseconds since the epoch. */
  readonly due: number;
  readonly callback: () => void;
  /** Set for intervals: it is queued again this many milliseconds after `due`. */
  readonly period: number | undefined;
}

/** Timers by due time, those of the same instant in the order in which they were added. A binary heap. */
export class TimerQueue {
  readonly #heap: Node[] = [];
  #sequence = 0;

  get size(): number {
    return this.#heap.length;
  }

  peek(): QueuedTimer | undefined {
    return this.#heap[0];
  }

  add(due: number, callback: () => void, period?: number): QueuedTimer {
    const node = new Node(this, due, callback, period);
    this.#insert(node);
    return node;
  }

  /** Queues an interval for its next period, behind what is queued for that instant already. */
  again(timer: QueuedTimer): void {
    const node = timer as Node;
    if (node.cancelled || node.period === undefined) return;
    node.due += node.period;
    this.#insert(node);
  }

  pop(): QueuedTimer | undefined {
    const first = this.#heap[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Called by a node that was cancelled. */
  remove(node: Node): void {
    const { index } = node;
    if (index < 0) return;
    const last = this.#heap.pop() as Node;
    node.index = -1;
    if (last === node) return;
    this.#place(last, index);
    this.#up(last);
    this.#down(last);
  }

  #insert(node: Node): void {
    node.sequence = this.#sequence++;
    this.#heap.push(node);
    this.#place(node, this.#heap.length - 1);
    this.#up(node);
  }

  #place(node: Node, index: number): void {
    this.#heap[index] = node;
    node.index = index;
  }

  #up(node: Node): void {
    while (node.index > 0) {
      const parent = this.#heap[(node.index - 1) >> 1] as Node;
      if (parent.before(node)) return;
      this.#swap(parent, node);
    }
  }

  #down(node: Node): void {
    for (;;) {
      const left = this.#heap[2 * node.index + 1];
      const right = this.#heap[2 * node.index + 2];
      const child = left !== undefined && right?.before(left) ? right : left;
      if (child === undefined || node.before(child)) return;
      this.#swap(node, child);
    }
  }

  #swap(upper: Node, lower: Node): void {
    const { index } = upper;
    this.#place(upper, lower.index);
    this.#place(lower, index);
  }
}

class Node implements QueuedTimer {
  readonly callback: () => void;
  readonly period: number | undefined;
  readonly #queue: TimerQueue;
  due: number;
  sequence = 0;
  index = -1;
  cancelled = false;

  constructor(queue: TimerQueue, due: number, callback: () => void, period: number | undefined) {
    this.#queue = queue;
    this.due = due;
    this.callback = callback;
    this.period = period;
  }

  before(other: Node): boolean {
    return this.due < other.due || (this.due === other.due && this.sequence < other.sequence);
  }

  cancel(): void {
    this.cancelled = true;
    this.#queue.remove(this);
  }
}
