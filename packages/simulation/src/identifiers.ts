/** 64 hexadecimal digits, as container and sandbox ids have, from numbers in [0, 1). */
export function randomId(random: () => number): string {
  let id = "";
  while (id.length < 64)
    id += Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, "0");
  return id;
}

/** A digest that depends on the text alone: `sha256:` and 64 digits (it is no SHA-256, only as long). */
export function textDigest(text: string): string {
  let digest = "";
  for (let seed = 0; digest.length < 64; seed++) digest += fnv(text, seed).toString(16).padStart(8, "0");
  return `sha256:${digest}`;
}

/** A number in [0, 1) that depends on the text alone. */
export function textFraction(text: string): number {
  return fnv(text, 0) / 0x1_0000_0000;
}

function fnv(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ Math.imul(seed + 1, 0x9e3779b1)) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
