import { completeZeroValues } from "@pinnace/api";
import { apiVersionOf, type Draft, type KubernetesObject, type ResourceDefinition, thaw } from "@pinnace/apimachinery";
import { toStorage } from "../storage/versions.ts";
import { initMetadata } from "./create.ts";
import { complete } from "./decode.ts";
import type { Reservation, RestContext } from "./rest-context.ts";

const SYSTEM_USER = { name: "system:apiserver", groups: ["system:masters", "system:authenticated"] };

/** A new object of the server's own, in its stored form, and what it reserved. */
interface SystemObject {
  readonly draft: Draft;
  readonly reservation: Reservation | undefined;
}

/** Completes an object that the server creates for itself: defaults, identity and strategy, but neither admission nor validation. */
export async function systemObject(
  rest: RestContext,
  object: KubernetesObject,
  definition: ResourceDefinition,
): Promise<SystemObject> {
  const draft: Draft = { ...thaw(object), kind: definition.kind, apiVersion: apiVersionOf(definition) };
  complete(draft, definition);
  initMetadata(rest, draft, definition.strategy);
  const reservation = await rest.participants.get(definition.storageResource)?.beforeCreate?.(draft, false);
  finishSystemObject(rest, draft, definition);
  return { draft, reservation };
}

/** What follows when defaults, metadata and reservations are there; brings the draft into the stored version. */
function finishSystemObject(rest: RestContext, draft: Draft, definition: ResourceDefinition): void {
  const { strategy } = definition;
  if (strategy.generation) draft.metadata.generation = 1;
  strategy.prepareForCreate?.(draft, { now: rest.clock.now(), user: SYSTEM_USER, subresource: "" });
  completeZeroValues(draft, definition);
  strategy.canonicalize?.(draft);
  toStorage(draft, definition);
}
