/**
 * A reproducible source of numbers in [0, 1): the same seed gives the same sequence on every platform. Not for secrets.
 * Give each consumer a sequence of its own (`createRandom(`${seed}/scheduler`)`) when they must not influence each other.
 * Source: Chris Doty-Humphrey's sfc32 (PractRand), seeded with FNV-1a.
 */
export function createRandom(seed: number | string): () => number {
  const text = String(seed);
  let a = fnv1a(text, 0x811c9dc5);
  let b = fnv1a(text, 0x9e3779b9);
  let c = fnv1a(text, 0x85ebca6b);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // The first results still look like the seed.
  for (let round = 0; round < 12; round++) next();
  return next;
}

function fnv1a(text: string, basis: number): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}
