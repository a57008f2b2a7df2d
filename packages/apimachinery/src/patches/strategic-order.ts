import type { MutableObject } from "../member.ts";

/** Tells whether two list elements are the same: by their merge key, or by value when there is none. */
type SameElement = (a: unknown, b: unknown) => boolean;

export function sameElement(mergeKey: string): SameElement {
  if (mergeKey === "") return (a, b) => a === b;
  return (a, b) => (a as MutableObject)?.[mergeKey] === (b as MutableObject)?.[mergeKey];
}

/**
 * The order of a merged list: elements of the patch in the patch's order, the others in the live list's order, interleaved so that
 * the live order is kept where it does not contradict the patch.
 */
export function orderElements(
  merged: readonly unknown[],
  patchOrder: readonly unknown[],
  liveOrder: readonly unknown[],
  same: SameElement,
): unknown[] {
  const position = (list: readonly unknown[], element: unknown): number =>
    list.findIndex((other) => same(other, element));
  const inPatch = merged.filter((element) => position(patchOrder, element) >= 0);
  const liveOnly = merged.filter((element) => position(patchOrder, element) < 0);
  inPatch.sort((a, b) => position(patchOrder, a) - position(patchOrder, b));
  liveOnly.sort((a, b) => position(liveOrder, a) - position(liveOrder, b));
  return interleave(liveOnly, inPatch, (element) => position(liveOrder, element));
}

/** Puts `left` into `right`: each element before the first one of `right` that stands behind it in the live list. */
function interleave(
  left: readonly unknown[],
  right: readonly unknown[],
  livePosition: (element: unknown) => number,
): unknown[] {
  const all: unknown[] = [];
  let next = 0;
  for (const element of right) {
    const limit = livePosition(element);
    while (next < left.length) {
      const position = livePosition(left[next]);
      if (position < 0 || limit < 0 || position >= limit) break;
      all.push(left[next++]);
    }
    all.push(element);
  }
  return [...all, ...left.slice(next)];
}
