import {
  badRequest,
  type FieldMatcher,
  type KubernetesObject,
  parseFieldSelector,
  parseLabelSelector,
  type ResourceDefinition,
} from "@pinnace/apimachinery";
import { isCustom } from "../custom.ts";
import type { Selection } from "../selection.ts";

/** Kinds whose field selectors upstream refuses with the generic text; all others have a conversion of their own. */
const OWN_MESSAGE = new Set([
  "pods",
  "nodes",
  "namespaces",
  "secrets",
  "services",
  "events",
  "replicationcontrollers",
  "replicasets",
  "jobs",
  "certificatesigningrequests",
  "resourceslices",
  "resourcepoolstatusrequests",
]);

/** What `labelSelector`, `fieldSelector`, the namespace and the name of a request select; throws 400. */
export function selectionOf(
  definition: ResourceDefinition,
  namespace: string,
  selectors: { readonly labelSelector: string; readonly fieldSelector: string },
  name = "",
): Selection {
  const labels = parseLabelSelector(selectors.labelSelector);
  const fields = parseFieldSelector(selectors.fieldSelector);
  checkFields(definition, fields);
  const scoped = definition.namespaced ? namespace : "";
  const byLabel = labels.requirements.length > 0;
  const byField = fields.requirements.length > 0;
  const everything = !byLabel && !byField && name === "";
  return {
    namespace: scoped,
    everything,
    matches: (object) => {
      const { metadata } = object;
      if (scoped !== "" && metadata?.namespace !== scoped) return false;
      if (name !== "" && metadata?.name !== name) return false;
      if (byLabel && !labels.matches(metadata?.labels)) return false;
      return !byField || fields.matches(fieldsOf(object, definition));
    },
  };
}

function checkFields(definition: ResourceDefinition, fields: FieldMatcher): void {
  for (const { field } of fields.requirements) {
    if (field === "metadata.name") continue;
    if (field === "metadata.namespace" && (definition.namespaced || definition.resource !== "namespaces")) continue;
    if (definition.fieldNames.includes(field)) continue;
    throw badRequest(fieldMessage(definition, field));
  }
}

function fieldMessage(definition: ResourceDefinition, field: string): string {
  if (isCustom(definition)) return `field label not supported: ${field}`;
  if (OWN_MESSAGE.has(definition.resource)) return `field label not supported: ${field}`;
  return `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

const fieldValues = new WeakMap<KubernetesObject, Readonly<Record<string, string>>>();

/** Computed once per object, however many watchers ask. */
function fieldsOf(object: KubernetesObject, definition: ResourceDefinition): Readonly<Record<string, string>> {
  let values = fieldValues.get(object);
  if (values === undefined) {
    const { name = "", namespace = "" } = object.metadata ?? {};
    values = { ...definition.fields?.(object), "metadata.name": name, "metadata.namespace": namespace };
    fieldValues.set(object, values);
  }
  return values;
}
