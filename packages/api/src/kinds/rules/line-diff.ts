import type { Draft } from "@pinnace/apimachinery";
import { goJson } from "./go-json.ts";
import { type Block, matchingBlocks } from "./matching-blocks.ts";

/** Equal lines shown around a change. */
const CONTEXT = 3;

/**
 * The unified diff of two values as upstream prints it: of the JSON of its internal type, `PodSpec`, or `[PodSpec` for a
 * list. Ends with a line break.
 */
export function difference(kind: string, old: Draft, next: Draft): string {
  return unifiedDiff(goJson(kind, old).split("\n"), goJson(kind, next).split("\n"));
}

interface Change {
  /** Lines of the old and of the new text, end exclusive. */
  readonly old: readonly [number, number];
  readonly next: readonly [number, number];
}

export function unifiedDiff(old: readonly string[], next: readonly string[]): string {
  const changes = changesBetween(matchingBlocks(old, next));
  return hunksOf(changes)
    .map((hunk) => hunkText(hunk, old, next))
    .join("");
}

/** What lies between the equal blocks, of which the last is an empty one at the end. */
function changesBetween(blocks: readonly Block[]): readonly Change[] {
  const changes: Change[] = [];
  let [old, next] = [0, 0];
  for (const block of blocks) {
    if (old < block.old || next < block.next) changes.push({ old: [old, block.old], next: [next, block.next] });
    old = block.old + block.size;
    next = block.next + block.size;
  }
  return changes;
}

/** Changes whose contexts touch are shown together. */
function hunksOf(changes: readonly Change[]): readonly (readonly Change[])[] {
  const hunks: Change[][] = [];
  for (const change of changes) {
    const before = hunks.at(-1)?.at(-1);
    if (before !== undefined && change.old[0] - before.old[1] <= 2 * CONTEXT) hunks.at(-1)!.push(change);
    else hunks.push([change]);
  }
  return hunks;
}

function hunkText(hunk: readonly Change[], old: readonly string[], next: readonly string[]): string {
  const [first, last] = [hunk[0]!, hunk.at(-1)!];
  const lead = Math.min(CONTEXT, first.old[0]);
  const trail = Math.min(CONTEXT, old.length - last.old[1]);
  const lines: string[] = [];
  let at = first.old[0] - lead;
  for (const change of hunk) {
    lines.push(...old.slice(at, change.old[0]).map((line) => ` ${line}`));
    lines.push(...old.slice(...change.old).map((line) => `-${line}`));
    lines.push(...next.slice(...change.next).map((line) => `+${line}`));
    at = change.old[1];
  }
  lines.push(...old.slice(at, at + trail).map((line) => ` ${line}`));
  const before = rangeText(first.old[0] - lead, last.old[1] + trail);
  const after = rangeText(first.next[0] - lead, last.next[1] + trail);
  return [`@@ -${before} +${after} @@`, ...lines].map((line) => `${line}\n`).join("");
}

/** Lines count from one; an empty range names the line before it. */
function rangeText(start: number, end: number): string {
  const length = end - start;
  if (length === 1) return String(start + 1);
  return `${length === 0 ? start : start + 1},${length}`;
}
