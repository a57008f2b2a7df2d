import type { ManagedFieldsEntry } from "@pinnace/apimachinery";

/** An object without the times of its managed fields: those alone make no change. */
export function withoutTimes<
  T extends { readonly metadata?: { readonly managedFields?: readonly ManagedFieldsEntry[] } },
>(object: T): T {
  const managedFields = object.metadata?.managedFields;
  if (managedFields === undefined) return object;
  const timeless = managedFields.map(({ time: _, ...entry }) => entry);
  return { ...object, metadata: { ...object.metadata, managedFields: timeless } };
}
