import {
  apiVersionOf,
  badRequest,
  type FieldMatcher,
  type FieldValues,
  type KubernetesObject,
  parseFieldSelector,
  parseLabelSelector,
  type ResourceDefinition,
} from "@pinnace/apimachinery";
import { isCustom } from "../custom.ts";
import type { Selection } from "../selection.ts";
import type { Trigger } from "../storage/listener-index.ts";
import type { CacheEntry } from "../storage/resource-cache.ts";
import { servedObject } from "../storage/served.ts";

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
  const trigger = triggerOf(definition, scoped, fields, name);
  return {
    namespace: scoped,
    everything,
    ...(trigger === undefined ? {} : { trigger }),
    matches: (object) => {
      const { metadata } = object;
      if (scoped !== "" && metadata?.namespace !== scoped) return false;
      if (name !== "" && metadata?.name !== name) return false;
      if (byLabel && !labels.matches(metadata?.labels)) return false;
      return !byField || fields.matches(fieldsOf(object, definition));
    },
    matchesEntry: (entry) => {
      if (name !== "" && entry.name !== name) return false;
      if (byLabel && !labels.matches(labelsOfEntry(entry, definition))) return false;
      return !byField || fields.matches(fieldsOfEntry(entry, definition));
    },
  };
}

/** The name, a field that must have one value, or the namespace: whatever leaves the fewest objects. */
function triggerOf(
  definition: ResourceDefinition,
  namespace: string,
  fields: FieldMatcher,
  name: string,
): Trigger | undefined {
  const wanted = name !== "" ? name : fields.exactValue("metadata.name");
  if (wanted !== undefined) return { index: "metadata.name", value: wanted, of: (entry) => entry.name };
  const term = fields.requirements.find(({ operator, value }) => operator === "=" && value !== "");
  if (term !== undefined) {
    const index = `${apiVersionOf(definition)} ${term.field}`;
    return { index, value: term.value, of: (entry) => fieldsOfEntry(entry, definition)[term.field] ?? "" };
  }
  if (namespace === "") return undefined;
  return { index: "metadata.namespace", value: namespace, of: (entry) => entry.namespace };
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

const fieldValues = new WeakMap<KubernetesObject, FieldValues>();

/** Computed once per object, however many ask. */
function fieldsOf(object: KubernetesObject, definition: ResourceDefinition): FieldValues {
  let values = fieldValues.get(object);
  if (values === undefined) {
    const { name = "", namespace = "" } = object.metadata ?? {};
    values = { ...definition.fields?.(object), "metadata.name": name, "metadata.namespace": namespace };
    fieldValues.set(object, values);
  }
  return values;
}

/** A conversion outside may have changed them. */
function labelsOfEntry(entry: CacheEntry, definition: ResourceDefinition): CacheEntry["labels"] | undefined {
  if (definition.remoteConversion === undefined) return entry.labels;
  return servedObject(entry, definition).metadata?.labels;
}

/** Computed once per entry; only kinds with selectable fields of their own are decoded. */
function fieldsOfEntry(entry: CacheEntry, definition: ResourceDefinition): FieldValues {
  return entry.fields(definition, () => ({
    ...(definition.fieldNames.length === 0 ? {} : definition.fields?.(servedObject(entry, definition))),
    "metadata.name": entry.name,
    "metadata.namespace": entry.namespace,
  }));
}
