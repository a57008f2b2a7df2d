import { type Draft, type Schema, thaw } from "@pinnace/apimachinery";

/** Sets the defaults of a structural schema, in place. A null that may not be null is dropped, so that the default applies. */
export function applyDefaults(value: Draft, schema: Schema): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) applyDefaults(item, schema.items);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (value[name] === null && !property.nullable) delete value[name];
    if (value[name] === undefined && property.default !== undefined) value[name] = thaw(property.default);
    applyDefaults(value[name], property);
  }
  const { additionalProperties } = schema;
  if (typeof additionalProperties !== "object") return;
  for (const name in value)
    if (schema.properties?.[name] === undefined) applyDefaults(value[name], additionalProperties);
}
