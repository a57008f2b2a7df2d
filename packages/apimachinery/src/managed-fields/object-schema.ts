import { memberOf } from "../member.ts";
import type { Schema } from "../schema.ts";

const text: Schema = { type: "string" };
const texts: Schema = { type: "object", additionalProperties: text };
const time: Schema = { type: "string", format: "date-time" };

/** meta/v1 OwnerReference; an item is identified by its uid. */
const ownerReference: Schema = {
  type: "object",
  properties: {
    apiVersion: text,
    kind: text,
    name: text,
    uid: text,
    controller: { type: "boolean" },
    blockOwnerDeletion: { type: "boolean" },
  },
  required: ["apiVersion", "kind", "name", "uid"],
  "x-kubernetes-map-type": "atomic",
};

/** meta/v1 ObjectMeta without a `$ref`: the metadata of custom resources, whose own schemas leave it open. */
export const objectMetaSchema: Schema = {
  type: "object",
  properties: {
    name: text,
    generateName: text,
    namespace: text,
    selfLink: text,
    uid: text,
    resourceVersion: text,
    generation: { type: "integer", format: "int64" },
    creationTimestamp: time,
    deletionTimestamp: time,
    deletionGracePeriodSeconds: { type: "integer", format: "int64" },
    labels: texts,
    annotations: texts,
    ownerReferences: {
      type: "array",
      items: ownerReference,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["uid"],
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "uid",
    },
    finalizers: {
      type: "array",
      items: text,
      "x-kubernetes-list-type": "set",
      "x-kubernetes-patch-strategy": "merge",
    },
    managedFields: {
      type: "array",
      items: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      "x-kubernetes-list-type": "atomic",
    },
  },
};

/**
 * The schema with what every object has: `apiVersion`, `kind`, and metadata by {@link objectMetaSchema} where it is missing or open.
 * The same instance when nothing is missing.
 */
export function completeObjectSchema(schema: Schema): Schema {
  const metadata = memberOf(schema.properties, "metadata");
  const typed = metadata?.$ref !== undefined || metadata?.properties !== undefined;
  if (schema.$ref !== undefined || (typed && schema.properties?.apiVersion && schema.properties.kind)) return schema;
  return {
    ...schema,
    properties: { ...schema.properties, apiVersion: text, kind: text, metadata: typed ? metadata : objectMetaSchema },
  };
}
