import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { validateSchema } from "@pinnace/apimachinery";

/** Defaults that their own schemas refuse. Rules in CEL are checked where they are compiled. */
export function defaultValueErrors(schema: Draft, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.default !== undefined && schema.default !== null)
    errors.push(...validateSchema(schema.default, schema).map((error) => below(path.child("default"), error)));
  for (const [child, at] of children(schema, path)) errors.push(...defaultValueErrors(child, at));
  return errors;
}

/** An error of a default, by its place in the definition. Of the default itself upstream says ` in body`, without a name. */
function below(path: FieldPath, error: FieldError): FieldError {
  if (error.field === "<nil>") return error;
  if (error.field !== "") return { ...error, field: path.child(error.field).toString() };
  return { ...error, field: path.toString(), message: error.message.replace(": in body", ":  in body") };
}

function* children(schema: Draft, path: FieldPath): Generator<[Draft, FieldPath]> {
  if (schema.items && !Array.isArray(schema.items)) yield [schema.items, path.child("items")];
  for (const name of Object.keys(schema.properties ?? {}).sort())
    yield [schema.properties[name], path.child("properties").key(name)];
  if (typeof schema.additionalProperties === "object" && schema.additionalProperties !== null)
    yield [schema.additionalProperties, path.child("additionalProperties")];
}
