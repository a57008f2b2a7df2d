import { BytesValue, type Value } from "@pinnace/store";

const KEPT = 1_000;

/**
 * The values that this process wrote last. What comes back with the same bytes is given as the very instance that was
 * written, so that nobody decodes it again.
 */
export class RecentValues {
  readonly #values = new Map<string, Value>();

  add(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= KEPT) return;
    for (const oldest of this.#values.keys()) {
      this.#values.delete(oldest);
      return;
    }
  }

  valueOf(key: string, bytes: Uint8Array): Value {
    const recent = this.#values.get(key);
    return recent !== undefined && Buffer.compare(recent.bytes(), bytes) === 0 ? recent : new BytesValue(bytes);
  }
}
