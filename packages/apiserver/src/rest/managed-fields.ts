import { completeZeroValues } from "@pinnace/api";
import {
  apiVersionOf,
  createFieldManager,
  type Draft,
  type FieldManager,
  type KubernetesObject,
  type ResourceDefinition,
} from "@pinnace/apimachinery";
import type { ResourceRequest } from "../request-context.ts";
import type { RestContext } from "./rest-context.ts";

const managers = new WeakMap<ResourceDefinition, Map<string, FieldManager>>();

/** The field manager of a kind for writes through a path. */
export function fieldManagerOf(definition: ResourceDefinition, subresource: string): FieldManager {
  let bySubresource = managers.get(definition);
  if (bySubresource === undefined) {
    bySubresource = new Map();
    managers.set(definition, bySubresource);
  }
  let manager = bySubresource.get(subresource);
  if (manager === undefined) {
    const empty = zeroObject(definition);
    manager = createFieldManager(definition, { subresource, ignored: ignoredFields(definition, subresource), empty });
    bySubresource.set(subresource, manager);
  }
  return manager;
}

/** What a new object is compared with: nobody owns the structs that are always there. */
function zeroObject(definition: ResourceDefinition): KubernetesObject {
  const draft: Draft = { apiVersion: apiVersionOf(definition), kind: definition.kind, metadata: {} };
  completeZeroValues(draft, definition);
  return draft;
}

/** Writes to the resource itself do not touch a status that has a path of its own, and the other way round. */
function ignoredFields(definition: ResourceDefinition, subresource: string): readonly (readonly string[])[] {
  if (subresource === "status") return [["spec"]];
  const hasStatus = definition.subresources.some(({ name }) => name === "status");
  return subresource === "" && hasStatus ? [["status"]] : [];
}

/** Records that `manager` set what differs between `old` and `draft`. */
export function managedOnUpdate(
  rest: RestContext,
  request: ResourceRequest,
  old: KubernetesObject | undefined,
  draft: Draft,
  manager: string,
): void {
  const { definition, info } = request;
  const now = rest.clock.now();
  const entries = fieldManagerOf(definition, info.subresource).update(old, draft, { manager, now });
  if (entries === undefined) delete draft.metadata.managedFields;
  else draft.metadata.managedFields = entries;
}
