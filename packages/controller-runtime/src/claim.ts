import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import { hasReason } from "@pinnace/apimachinery";
import type { Client } from "@pinnace/client";
import { controllerOf, controllerReference } from "./owner-references.ts";

/** What a controller does with objects that may be its own. */
export interface ClaimPlan<T> {
  /** Controlled by the owner and selected: they stay. */
  readonly owned: readonly T[];
  /** Selected and without controller: to be adopted. */
  readonly adopt: readonly T[];
  /** Controlled by the owner, but not selected any more: to be released. */
  readonly release: readonly T[];
}

/**
 * Sorts `objects` by what `owner` does with them, as client-go's ControllerRefManager does: objects of another controller
 * are left alone, a terminating owner neither adopts nor releases, terminating objects are not adopted.
 */
export function planClaim<T extends KubernetesObject>(
  owner: KubernetesObject,
  objects: readonly T[],
  selects: (object: T) => boolean,
): ClaimPlan<T> {
  const owned: T[] = [];
  const adopt: T[] = [];
  const release: T[] = [];
  const ownerDeleted = owner.metadata?.deletionTimestamp !== undefined;
  for (const object of objects) {
    const controller = controllerOf(object);
    if (controller !== undefined) {
      if (controller.uid !== owner.metadata?.uid) continue;
      if (selects(object)) owned.push(object);
      else if (!ownerDeleted) release.push(object);
    } else if (!ownerDeleted && object.metadata?.deletionTimestamp === undefined && selects(object)) adopt.push(object);
  }
  return { owned, adopt, release };
}

export interface ClaimOptions<O extends KubernetesObject, T extends KubernetesObject> {
  readonly client: Client;
  readonly owner: O;
  readonly ownerType: ResourceType<O>;
  readonly type: ResourceType<T>;
  readonly objects: readonly T[];
  readonly selects: (object: T) => boolean;
}

/**
 * The objects that `owner` controls after adopting and releasing what {@link planClaim} says. Before the first adoption
 * the owner is read again: one that was deleted (or deleted and made anew) meanwhile adopts nothing.
 */
export async function claim<O extends KubernetesObject, T extends KubernetesObject>(
  options: ClaimOptions<O, T>,
): Promise<readonly T[]> {
  const { owner, objects, selects } = options;
  const plan = planClaim(owner, objects, selects);
  for (const object of plan.release) await release(options, object);
  if (plan.adopt.length === 0) return plan.owned;
  if (!(await mayAdopt(options))) return plan.owned;
  const adopted = await Promise.all(plan.adopt.map((object) => adopt(options, object)));
  const claimed = new Map(
    [...plan.owned, ...adopted.filter((object) => object !== undefined)].map((o) => [uidOf(o), o]),
  );
  // In the order in which the objects were given, so that adoption does not change who comes first.
  return objects.map((object) => claimed.get(uidOf(object))).filter((object) => object !== undefined);
}

async function mayAdopt<O extends KubernetesObject, T extends KubernetesObject>(
  options: ClaimOptions<O, T>,
): Promise<boolean> {
  const { metadata } = options.owner;
  const owners = options.client.resource(options.ownerType).namespace(metadata?.namespace ?? "");
  const fresh = await owners.get(metadata?.name ?? "").catch((error: unknown) => {
    if (hasReason(error, "NotFound")) return undefined;
    throw error;
  });
  return fresh?.metadata?.uid === metadata?.uid && fresh?.metadata?.deletionTimestamp === undefined;
}

async function adopt<O extends KubernetesObject, T extends KubernetesObject>(
  options: ClaimOptions<O, T>,
  object: T,
): Promise<T | undefined> {
  const reference = controllerReference(options.owner, options.ownerType);
  return patch(options, object, { ownerReferences: [reference], uid: uidOf(object) });
}

async function release<O extends KubernetesObject, T extends KubernetesObject>(
  options: ClaimOptions<O, T>,
  object: T,
): Promise<void> {
  const ownerReferences = [{ $patch: "delete", uid: uidOf(options.owner) }];
  await patch(options, object, { ownerReferences, uid: uidOf(object) });
}

/** Patches metadata; an object that is gone, or is another one by now (422), gives undefined. */
async function patch<O extends KubernetesObject, T extends KubernetesObject>(
  { client, type }: ClaimOptions<O, T>,
  object: T,
  metadata: object,
): Promise<T | undefined> {
  const resource = client.resource(type).namespace(object.metadata?.namespace ?? "");
  try {
    return await resource.patch(object.metadata?.name ?? "", { type: "strategic", body: { metadata } });
  } catch (error) {
    if (hasReason(error, "NotFound") || hasReason(error, "Invalid")) return undefined;
    throw error;
  }
}

function uidOf(object: KubernetesObject): string {
  return object.metadata?.uid ?? "";
}
