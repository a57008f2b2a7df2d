/** A UTF-16 unit from here on is part of a surrogate pair or sorts behind one in UTF-16 and before one in UTF-8. */
const HIGH_UNIT = /[\ud800-\uffff]/;
const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;

/**
 * Compares keys by their UTF-8 bytes: negative, 0 or positive. The host's string order (UTF-16 units) is the same unless
 * both keys have units from U+D800 on.
 */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  if (HIGH_UNIT.test(a) && HIGH_UNIT.test(b)) return compareUnits(a, b);
  return a < b ? -1 : 1;
}

/** Compares other keys with one. */
export type Order = (a: string, key: string) => number;

/** How other keys compare with `key`: what decides about units is looked up once, and most keys need no more than `<`. */
export function orderFor(key: string): Order {
  return HIGH_UNIT.test(key) ? compareKeys : compareNatively;
}

function compareNatively(a: string, b: string): number {
  return a < b ? -1 : a === b ? 0 : 1;
}

/** True when `a` is less than `b`. */
export function comesBefore(a: string, b: string): boolean {
  return compareKeys(a, b) < 0;
}

function compareUnits(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = weight(a.charCodeAt(index)) - weight(b.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF, whose UTF-8 bytes come after those of all other units. */
function weight(unit: number): number {
  return unit >= FIRST_SURROGATE && unit <= LAST_SURROGATE ? unit + 0x10000 : unit;
}
