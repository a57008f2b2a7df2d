/** A UUID of version 4 (RFC 9562) from a source of uniform numbers, so that runs on a virtual clock repeat. */
export function uuidFrom(random: () => number): string {
  const word = (): number => Math.floor(random() * 0x1_0000_0000);
  const [a, b, c, d] = [word(), word(), word(), word()];
  const middle = hex(((b & 0xffff_0fff) | 0x4000) >>> 0);
  const variant = hex(((c & 0x3fff_ffff) | 0x8000_0000) >>> 0);
  return `${hex(a)}-${middle.slice(0, 4)}-${middle.slice(4)}-${variant.slice(0, 4)}-${variant.slice(4)}${hex(d)}`;
}

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hex(word: number): string {
  return PAIRS[word >>> 24]! + PAIRS[(word >>> 16) & 0xff]! + PAIRS[(word >>> 8) & 0xff]! + PAIRS[word & 0xff]!;
}
