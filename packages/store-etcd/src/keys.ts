const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** No UTF-8 text has this byte, so what follows it in a key is after all keys of a store, and none of them. */
const BEYOND = 0xff;

/** A range of etcd's keys: from `key` to before `rangeEnd`. */
interface KeyRange {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

/** How the keys of a store stand in etcd: below a prefix and a slash. */
export class Keys {
  readonly #base: Uint8Array;

  constructor(prefix: string) {
    this.#base = encoder.encode(`${prefix.replace(/\/+$/, "")}/`);
  }

  /** A key whose events every watch of {@link everything} gets, and which no list has. */
  get barrier(): Uint8Array {
    return this.#join(Uint8Array.of(BEYOND));
  }

  /** A key of the {@link barrier}'s kind, for itself. */
  hidden(name: string): Uint8Array {
    const key = encoder.encode(`-${name}`);
    key[0] = BEYOND;
    return this.#join(key);
  }

  encode(key: string): Uint8Array {
    return this.#join(encoder.encode(key));
  }

  /** Undefined for what is not a store's key, such as the barrier. */
  decode(key: Uint8Array): string | undefined {
    return key[this.#base.length] === BEYOND ? undefined : decoder.decode(key.subarray(this.#base.length));
  }

  /** Keys that start with `prefix`. */
  range(prefix: string): KeyRange {
    return prefix === ""
      ? { key: this.#base, rangeEnd: this.barrier }
      : { key: this.encode(prefix), rangeEnd: after(this.encode(prefix)) };
  }

  /** All keys, and the barrier. */
  everything(): KeyRange {
    return { key: this.#base, rangeEnd: after(this.#base) };
  }

  #join(key: Uint8Array): Uint8Array {
    const joined = new Uint8Array(this.#base.length + key.length);
    joined.set(this.#base);
    joined.set(key, this.#base.length);
    return joined;
  }
}

/** The first key after all that start with `prefix`. Its last byte is one of UTF-8 text, so it can grow. */
function after(prefix: Uint8Array): Uint8Array {
  const end = Uint8Array.from(prefix);
  end[end.length - 1]! += 1;
  return end;
}

/** The first key that is greater than `key`. */
export function successor(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}

/** Which of two keys comes later. */
export function later(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Buffer.compare(a, b) >= 0 ? a : b;
}
