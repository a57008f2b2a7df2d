/** Equal lines of two texts: `size` of them, from line `old` of the one and `next` of the other. */
export interface Block {
  readonly old: number;
  readonly next: number;
  readonly size: number;
}

/** Texts from this length on are matched without the lines that make up more than a hundredth of them, such as braces. */
const LONG = 200;

interface Region {
  readonly old: readonly [number, number];
  readonly next: readonly [number, number];
}

/**
 * The equal blocks of two texts in order, found as Python's difflib does: the longest first, then what is left and right of
 * it. The last block is an empty one at the end.
 */
export function matchingBlocks(old: readonly string[], next: readonly string[]): readonly Block[] {
  const positions = positionsOf(next);
  const found: Block[] = [];
  const open: Region[] = [{ old: [0, old.length], next: [0, next.length] }];
  for (let region = open.pop(); region !== undefined; region = open.pop()) {
    const block = longestBlock(old, next, positions, region);
    if (block.size === 0) continue;
    found.push(block);
    open.push({ old: [region.old[0], block.old], next: [region.next[0], block.next] });
    open.push({ old: [block.old + block.size, region.old[1]], next: [block.next + block.size, region.next[1]] });
  }
  found.sort((left, right) => left.old - right.old);
  return [...found, { old: old.length, next: next.length, size: 0 }];
}

function positionsOf(lines: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const positions = new Map<string, number[]>();
  for (const [index, line] of lines.entries()) {
    const known = positions.get(line);
    if (known === undefined) positions.set(line, [index]);
    else known.push(index);
  }
  if (lines.length < LONG) return positions;
  const limit = Math.floor(lines.length / 100) + 1;
  return new Map([...positions].filter(([, indices]) => indices.length <= limit));
}

/** The longest block of a region, of several the first in the old text; grown by the equal lines around it. */
function longestBlock(
  old: readonly string[],
  next: readonly string[],
  positions: ReadonlyMap<string, readonly number[]>,
  region: Region,
): Block {
  let best: Block = { old: region.old[0], next: region.next[0], size: 0 };
  let lengths = new Map<number, number>();
  for (let i = region.old[0]; i < region.old[1]; i += 1) {
    const current = new Map<number, number>();
    for (const j of positions.get(old[i]!) ?? []) {
      if (j < region.next[0] || j >= region.next[1]) continue;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      current.set(j, size);
      if (size > best.size) best = { old: i - size + 1, next: j - size + 1, size };
    }
    lengths = current;
  }
  return grown(best, old, next, region);
}

function grown(block: Block, old: readonly string[], next: readonly string[], region: Region): Block {
  let { old: i, next: j, size } = block;
  while (i > region.old[0] && j > region.next[0] && old[i - 1] === next[j - 1]) {
    i -= 1;
    j -= 1;
    size += 1;
  }
  while (i + size < region.old[1] && j + size < region.next[1] && old[i + size] === next[j + size]) size += 1;
  return { old: i, next: j, size };
}
