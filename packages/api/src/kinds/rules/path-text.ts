import type { FieldError, FieldPath } from "@pinnace/apimachinery";
import { invalidValue } from "@pinnace/apimachinery";
import type { Rule } from "./rule.ts";

function hasBackstep(path: string): boolean {
  return path.split("/").includes("..");
}

/** No element of the path is `..`. */
export const noBacksteps: Rule = (value, path, errors) => {
  if (hasBackstep(value ?? "")) errors.push(invalidValue(path, value, "must not contain '..'"));
};

/** A relative path that stays below where it starts. */
export const descendingPath: Rule = (value, path, errors, owner) => {
  if (String(value ?? "").startsWith("/")) errors.push(invalidValue(path, value, "must be a relative path"));
  noBacksteps(value, path, errors, owner);
};

/** A descending path whose first element does not start with `..` (names that atomic writers keep to themselves). */
export const nonReservedPath: Rule = (value, path, errors, owner) => {
  descendingPath(value, path, errors, owner);
  const text = String(value ?? "");
  if (text.startsWith("..") && !text.startsWith("../") && !hasBackstep(text)) {
    errors.push(invalidValue(path, value, "must not start with '..'"));
  }
};

/** Collects the paths that several sources put into one volume. */
export function claimPath(
  taken: Set<string>,
  file: string | undefined,
  report: () => FieldError,
  errors: FieldError[],
): void {
  if (!file) return;
  if (taken.has(file)) errors.push(report());
  taken.add(file);
}

/** `conflicting duplicate paths` at a projected volume. */
export function conflictingPaths(path: FieldPath, value: unknown): FieldError {
  return invalidValue(path, value, "conflicting duplicate paths");
}
