import { ruleValidator } from "@pinnace/api";
import {
  Correlation,
  type Draft,
  deepEqual,
  type FieldError,
  type FieldErrorType,
  invalidValue,
  type Schema,
  type Strategy,
  validateSchema,
} from "@pinnace/apimachinery";
import { embeddedErrors } from "./embedded-resources.ts";

/** How custom objects are written. With a status subresource, status is written through it alone. */
export function customStrategy(schema: Schema, hasStatus: boolean): Strategy {
  return {
    allowCreateOnUpdate: false,
    allowUnconditionalUpdate: false,
    generation: true,
    prepareForCreate: (draft) => {
      if (hasStatus) delete draft.status;
    },
    prepareForUpdate: (draft, old) => {
      if (hasStatus) restore(draft, old, "status");
    },
    validate: (draft) =>
      withRules([...errorsOf(draft, schema), ...embeddedErrors(draft, schema)], draft, undefined, schema),
    validateUpdate: (draft, old) =>
      withRules([...changeErrors(draft, old, schema), ...embeddedErrors(draft, schema)], draft, old, schema),
    warningsOnUpdate: (draft) => warnings.get(draft) ?? [],
  };
}

/** Writes through `status` change nothing else, metadata of the client's kind excepted. */
export function customStatusStrategy(schema: Schema): Strategy {
  return {
    allowCreateOnUpdate: false,
    allowUnconditionalUpdate: false,
    generation: true,
    prepareForUpdate: (draft, old) => {
      const { status } = draft;
      const { managedFields } = draft.metadata;
      for (const name of Object.keys(draft)) delete draft[name];
      Object.assign(draft, old, { metadata: { ...old.metadata } });
      if (managedFields === undefined) delete draft.metadata.managedFields;
      else draft.metadata.managedFields = managedFields;
      if (status === undefined) delete draft.status;
      else draft.status = status;
    },
    validateUpdate: (draft, old) =>
      deepEqual(draft.status, old.status) ? [] : withRules(statusErrors(draft, old, schema), draft, old, schema),
    warningsOnUpdate: (draft) => warnings.get(draft) ?? [],
  };
}

/** What the rules in CEL warned of, by the object that is being written. */
const warnings = new WeakMap<object, readonly string[]>();
/** Rules are not evaluated on objects that are wrong like this. */
const BLOCKING: readonly FieldErrorType[] = [
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
];
const UNCHECKED =
  "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

/** What is wrong with an object, rules in CEL included. */
function withRules(errors: readonly FieldError[], draft: Draft, old: Draft, schema: Schema): readonly FieldError[] {
  const validator = ruleValidator(schema, true);
  if (validator === undefined) return errors;
  if (errors.some(({ type }) => BLOCKING.includes(type))) return [...errors, invalidValue("<nil>", null, UNCHECKED)];
  const findings = validator.validate(draft, old);
  warnings.set(draft, findings.warnings);
  return [...errors, ...findings.errors];
}

/** Messages name fields below status, causes name them from the root. */
function statusErrors(draft: Draft, old: Draft, schema: Schema): FieldError[] {
  const status = schema.properties?.status;
  if (status === undefined) return [];
  return validateSchema(draft.status, status, "", Correlation.of(draft, old, schema).member("status")).map((error) => ({
    ...error,
    field: error.field === "" ? "status" : error.field === "<nil>" ? error.field : `status.${error.field}`,
  }));
}

function restore(draft: Draft, old: Draft, name: string): void {
  if (old[name] === undefined) delete draft[name];
  else draft[name] = old[name];
}

/** What an update leaves as it was may be wrong (KEP-4008); lists that had duplicates before may have some. */
function changeErrors(draft: Draft, old: Draft, schema: Schema): FieldError[] {
  const errors = errorsOf(draft, schema, Correlation.of(draft, old, schema));
  const isDuplicate = ({ type }: FieldError): boolean => type === "FieldValueDuplicate";
  if (!errors.some(isDuplicate) || !errorsOf(old, schema).some(isDuplicate)) return errors;
  return errors.filter((error) => !isDuplicate(error));
}

function errorsOf(draft: Draft, schema: Schema, before: Correlation = Correlation.none): FieldError[] {
  const { metadata: _, ...rest } = draft;
  const { properties, ...others } = schema;
  const { metadata: __, ...checked } = properties ?? {};
  const required = (schema.required ?? []).filter((name) => name !== "metadata");
  return validateSchema(rest, { ...others, properties: checked, required }, "", before).map((error) =>
    error.field === "" ? invalidValue("", "", error.message) : error,
  );
}
