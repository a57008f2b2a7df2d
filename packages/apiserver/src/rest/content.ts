import type { ManagedFieldsEntry } from "@pinnace/apimachinery";

/** Whether two JSON values are equal; an undefined member counts as absent, the order of members does not matter. */
export function sameContent(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => sameContent(item, b[index]));
  }
  return sameMembers(a as Record<string, unknown>, b as Record<string, unknown>);
}

function sameMembers(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  for (const key in a) if (!sameContent(a[key], b[key])) return false;
  for (const key in b) if (a[key] === undefined && b[key] !== undefined) return false;
  return true;
}

/** An object without the times of its managed fields: those alone make no change. */
export function withoutTimes<T extends { readonly metadata?: { readonly managedFields?: readonly ManagedFieldsEntry[] } }>(
  object: T,
): T {
  const managedFields = object.metadata?.managedFields;
  if (managedFields === undefined) return object;
  const timeless = managedFields.map(({ time: _, ...entry }) => entry);
  return { ...object, metadata: { ...object.metadata, managedFields: timeless } };
}
