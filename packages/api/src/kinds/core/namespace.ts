import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, invalidValue, nameIsDnsLabel } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { each, fields, type Rule, text } from "../rules/rule.ts";
import { qualifiedName } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { PLAIN, validation } from "../tables/kind.ts";
import { NAMESPACE_COLUMNS } from "./columns.ts";

const NAME_LABEL = "kubernetes.io/metadata.name";
const STANDARD = ["kubernetes", "orphan", "foregroundDeletion"];

const finalizer: Rule = (value, path, errors, owner) => {
  text(qualifiedName)(value, path, errors, owner);
  if (value.includes("/") || STANDARD.includes(value)) return;
  errors.push(invalidValue(path, value, "name is neither a standard finalizer name nor is it fully qualified"));
};

/** On create every finalizer is reported at the list. */
const finalizers: Rule = (value, path, errors) => {
  for (const item of value ?? []) finalizer(item, path, errors, value);
};

function labelWithName(namespace: Draft): void {
  if (!namespace.metadata?.name) return;
  namespace.metadata.labels = { ...namespace.metadata.labels, [NAME_LABEL]: namespace.metadata.name };
}

function defaultNamespace(namespace: Draft): void {
  namespace.spec ??= {};
  namespace.status ??= {};
  namespace.status.phase ||= "Active";
  labelWithName(namespace);
}

function statusErrors(namespace: Draft): FieldError[] {
  const phase = namespace.status?.phase ?? "";
  const path = fieldPath("status", "Phase");
  if (!namespace.metadata.deletionTimestamp) {
    if (phase === "Active") return [];
    return [invalidValue(path, phase, "may only be 'Active' if `deletionTimestamp` is empty")];
  }
  if (phase === "Terminating") return [];
  return [invalidValue(path, phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")];
}

function finalizeErrors(namespace: Draft): FieldError[] {
  const errors: FieldError[] = [];
  each(finalizer)(namespace.spec?.finalizers, fieldPath("spec", "finalizers"), errors, namespace);
  return errors;
}

/** Namespace (core/v1). Finalizers in `spec` change through `finalize` only. */
export const namespace: KindBehaviour = {
  default: defaultNamespace,
  columns: NAMESPACE_COLUMNS,
  cells: (object, context) => [name(object), object.status?.phase ?? "", age(object, context)],
  fieldNames: ["status.phase"],
  fields: (object: Draft) => ({ "status.phase": object.status?.phase ?? "" }),
  strategy: {
    ...PLAIN,
    validateName: nameIsDnsLabel,
    prepareForCreate: (object) => {
      object.status = { phase: "Active" };
      const given = object.spec.finalizers ?? [];
      if (!given.includes("kubernetes")) object.spec.finalizers = [...given, "kubernetes"];
    },
    prepareForUpdate: (object, old) => {
      object.spec = { ...object.spec, finalizers: old.spec?.finalizers };
      if (old.spec?.finalizers === undefined) delete object.spec.finalizers;
      object.status = old.status;
    },
    ...validation(fields({ spec: fields({ finalizers }) })),
    validateUpdate: () => [],
    canonicalize: labelWithName,
  },
  statusStrategy: {
    prepareForUpdate: (object, old) => {
      object.spec = old.spec;
    },
    validateUpdate: statusErrors,
  },
  subresourceStrategies: {
    finalize: {
      prepareForUpdate: (object, old) => {
        object.status = old.status;
      },
      validateUpdate: finalizeErrors,
    },
  },
};
