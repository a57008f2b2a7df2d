import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { validateSchema } from "@pinnace/apimachinery";
import { ruleValidator } from "./rule-validator.ts";

/** Defaults that their own schemas, or the rules in those, refuse. */
export function defaultValueErrors(schema: Draft, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.default !== undefined && schema.default !== null) errors.push(...ownErrors(schema, path.child("default")));
  for (const [child, at] of children(schema, path)) errors.push(...defaultValueErrors(child, at));
  return errors;
}

function ownErrors(schema: Draft, path: FieldPath): readonly FieldError[] {
  const errors = validateSchema(schema.default, schema).map((error) => below(path, error));
  if (errors.length > 0) return errors;
  const validator = ruleValidator(schema, schema["x-kubernetes-embedded-resource"] === true);
  if (validator === undefined) return [];
  const kept = validator.validate(schema.default, schema.default, path).errors;
  return kept.length > 0 ? kept : validator.validate(schema.default, undefined, path).errors;
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
