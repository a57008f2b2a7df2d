import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { invalidValue } from "@pinnace/apimachinery";
import { same } from "../../rules/equal.ts";

/** A gated pod's nodeSelector may get entries, but lose or change none (KEP-3838). */
export function nodeSelectorAdditions(selector: Draft, old: Draft, path: FieldPath, errors: FieldError[]): void {
  const kept = Object.entries(old ?? {}).every(([key, value]) => selector?.[key] === value);
  if (kept) return;
  const message = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
  errors.push(invalidValue(path, selector ?? null, message));
}

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

function onlyAdds(term: Draft, old: Draft): boolean {
  const before = [old.matchExpressions ?? [], old.matchFields ?? []];
  const after = [term.matchExpressions ?? [], term.matchFields ?? []];
  if (before.every((list) => list.length === 0)) return after.every((list) => list.length === 0);
  return before.every((list, index) => list.length === 0 || same(after[index].slice(0, list.length), list));
}

function nodeAffinityAdditions(affinity: Draft, old: Draft, path: FieldPath, errors: FieldError[]): void {
  const before = old?.[REQUIRED]?.nodeSelectorTerms ?? [];
  const after = affinity?.[REQUIRED]?.nodeSelectorTerms ?? [];
  const at = path.child(REQUIRED, "nodeSelectorTerms");
  if (before.length === 0) return;
  if (before.length !== after.length) {
    errors.push(invalidValue(at, after, "no additions/deletions to non-empty NodeSelectorTerms list are allowed"));
    return;
  }
  for (const [position, term] of before.entries()) {
    if (onlyAdds(after[position], term)) continue;
    errors.push(
      invalidValue(at.index(position), after[position], "only additions are allowed (no mutations or deletions)"),
    );
  }
}

/**
 * Checks the change of a gated pod's node affinity and returns the new affinity with the old node affinity in it, so that what
 * remains different is what may not change.
 */
export function affinityAfterUpdate(affinity: Draft, old: Draft, path: FieldPath, errors: FieldError[]): Draft {
  nodeAffinityAdditions(affinity?.nodeAffinity, old?.nodeAffinity, path, errors);
  return { ...affinity, nodeAffinity: old?.nodeAffinity };
}
