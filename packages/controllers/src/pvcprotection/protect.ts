import { hasReason, type KubernetesObject } from "@pinnace/apimachinery";
import type { ResourceClient } from "@pinnace/client";

/** A living object gets the finalizer, a dying one loses it once nobody uses it. */
export async function protect<T extends KubernetesObject>(
  resource: ResourceClient<T>,
  object: T,
  finalizer: string,
  inUse: boolean,
): Promise<void> {
  const { finalizers = [], deletionTimestamp } = object.metadata ?? {};
  const has = finalizers.includes(finalizer);
  const dying = deletionTimestamp !== undefined;
  if (dying ? !has || inUse : has) return;
  const next = dying ? finalizers.filter((present) => present !== finalizer) : [...finalizers, finalizer];
  try {
    await resource.update({ ...object, metadata: { ...object.metadata, finalizers: next } });
  } catch (error) {
    if (!hasReason(error, "NotFound")) throw error;
  }
}
