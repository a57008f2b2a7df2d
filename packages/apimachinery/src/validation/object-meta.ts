import { type FieldError, forbiddenField, invalidValue, notSupported, required, tooLong } from "../field-error.ts";
import type { FieldPath } from "../field-path.ts";
import { quoteGo } from "../go-quote.ts";
import {
  apiVersionOf,
  type ManagedFieldsEntry,
  type ObjectMeta,
  type OwnerReference,
  parseApiVersion,
} from "../object.ts";
import { validateLabels } from "./label-selector.ts";
import { type NameRule, nameIsDnsLabel, nameIsDnsSubdomain } from "./names.ts";
import { byteLength, firstUnprintable, isQualifiedName } from "./text-rules.ts";

/** What a field says that may not change. */
export const IMMUTABLE_MESSAGE = "field is immutable";

/** Bytes of all annotations of one object together. */
export const ANNOTATIONS_LIMIT: number = 256 * 1024;

const STANDARD_FINALIZERS: readonly string[] = ["kubernetes", "orphan", "foregroundDeletion"];
const MAX_MANAGER_BYTES = 128;
const MAX_SUBRESOURCE_BYTES = 256;

export interface ObjectMetaOptions {
  readonly namespaced: boolean;
  /** Default: RFC 1123 subdomain. */
  readonly validateName?: NameRule;
  /** Built-in kinds want finalizers with a domain (`example.com/x`); custom resources do not. Default true. */
  readonly qualifiedFinalizers?: boolean;
}

/** Everything wrong with the metadata of a new object, in upstream's order. */
export function validateObjectMeta(path: FieldPath, meta: ObjectMeta, options: ObjectMetaOptions): FieldError[] {
  const errors = [
    ...nameErrors(path, meta, options.validateName ?? nameIsDnsSubdomain),
    ...namespaceErrors(path, meta, options.namespaced),
  ];
  const { generation = 0 } = meta;
  if (generation < 0) {
    errors.push(invalidValue(path.child("generation"), generation, "must be greater than or equal to 0"));
  }
  errors.push(
    ...validateLabels(path.child("labels"), meta.labels),
    ...validateAnnotations(path.child("annotations"), meta.annotations),
    ...validateOwnerReferences(path.child("ownerReferences"), meta.ownerReferences ?? []),
    ...validateFinalizers(path.child("finalizers"), meta.finalizers ?? []),
    ...validateManagedFields(path.child("managedFields"), meta.managedFields ?? []),
  );
  if (options.qualifiedFinalizers !== false) errors.push(...unqualifiedFinalizers(path, meta.finalizers ?? []));
  return errors;
}

/** The message for a finalizer without a domain that Kubernetes does not own itself. */
function unqualifiedFinalizers(path: FieldPath, finalizers: readonly string[]): FieldError[] {
  return finalizers.flatMap((name, index) =>
    name.includes("/") || STANDARD_FINALIZERS.includes(name)
      ? []
      : [
          invalidValue(
            path.child("finalizers").index(index),
            name,
            "name is neither a standard finalizer name nor is it fully qualified",
          ),
        ],
  );
}

function nameErrors(path: FieldPath, meta: ObjectMeta, rule: NameRule): FieldError[] {
  const errors: FieldError[] = [];
  const { name, generateName } = meta;
  if (generateName) {
    for (const message of rule(generateName, true)) {
      errors.push(invalidValue(path.child("generateName"), generateName, message));
    }
  }
  if (!name) return [...errors, required(path.child("name"), "name or generateName is required")];
  for (const message of rule(name, false)) errors.push(invalidValue(path.child("name"), name, message));
  return errors;
}

function namespaceErrors(path: FieldPath, meta: ObjectMeta, namespaced: boolean): FieldError[] {
  const field = path.child("namespace");
  const { namespace = "" } = meta;
  if (!namespaced) return namespace === "" ? [] : [forbiddenField(field, "not allowed on this type")];
  if (namespace === "") return [required(field)];
  return nameIsDnsLabel(namespace, false).map((message) => invalidValue(field, namespace, message));
}

/** Annotation keys (case-insensitive qualified names) and their total size. */
export function validateAnnotations(
  path: FieldPath,
  annotations: Readonly<Record<string, string>> | undefined,
): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    for (const message of isQualifiedName(key.toLowerCase())) errors.push(invalidValue(path, key, message));
    bytes += byteLength(key) + byteLength(value);
  }
  if (bytes > ANNOTATIONS_LIMIT) errors.push(tooLong(path, ANNOTATIONS_LIMIT));
  return errors;
}

/** Owner references: complete, none an Event, at most one controller. */
export function validateOwnerReferences(path: FieldPath, references: readonly OwnerReference[]): FieldError[] {
  const errors: FieldError[] = [];
  let controller = "";
  for (const reference of references) {
    errors.push(...ownerReferenceErrors(path, reference));
    if (!reference.controller) continue;
    const current = `${reference.kind}/${reference.name}`;
    if (controller === "") controller = current;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${current}`;
      errors.push(invalidValue(path, references.map(inFieldOrder), detail));
    }
  }
  return errors;
}

/** As Go prints the struct: members in the order of the type. */
function inFieldOrder(reference: OwnerReference): OwnerReference {
  const { apiVersion = "", kind = "", name = "", uid = "", controller, blockOwnerDeletion } = reference;
  return {
    apiVersion,
    kind,
    name,
    uid,
    ...(controller === undefined ? {} : { controller }),
    ...(blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion }),
  };
}

function ownerReferenceErrors(path: FieldPath, reference: OwnerReference): FieldError[] {
  const errors: FieldError[] = [];
  const { version, group } = parseApiVersion(reference.apiVersion ?? "");
  if (version === "") {
    errors.push(invalidValue(path.child("apiVersion"), reference.apiVersion ?? "", "version must not be empty"));
  }
  for (const member of ["kind", "name", "uid"] as const) {
    if (!reference[member]) errors.push(invalidValue(path.child(member), reference[member] ?? "", "must not be empty"));
  }
  if (apiVersionOf({ group, version }) === "v1" && reference.kind === "Event") {
    errors.push(invalidValue(path, inFieldOrder(reference), "/v1, Kind=Event is disallowed from being an owner"));
  }
  return errors;
}

/** Finalizers are qualified names; `orphan` and `foregroundDeletion` exclude each other. */
export function validateFinalizers(path: FieldPath, finalizers: readonly string[]): FieldError[] {
  const errors = finalizers.flatMap((name) =>
    isQualifiedName(name).map((message) => invalidValue(path, name, message)),
  );
  if (finalizers.includes("orphan") && finalizers.includes("foregroundDeletion")) {
    errors.push(invalidValue(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set"));
  }
  return errors;
}

/** Entries of `metadata.managedFields`. */
export function validateManagedFields(path: FieldPath, entries: readonly ManagedFieldsEntry[]): FieldError[] {
  return entries.flatMap((entry, index) => {
    const at = path.index(index);
    const { operation = "", fieldsType = "", manager = "", subresource = "" } = entry as Record<string, string>;
    const errors: FieldError[] = [];
    if (operation !== "Apply" && operation !== "Update") {
      errors.push(invalidValue(at.child("operation"), operation, "must be `Apply` or `Update`"));
    }
    if (fieldsType !== "" && fieldsType !== "FieldsV1") {
      errors.push(invalidValue(at.child("fieldsType"), fieldsType, "must be `FieldsV1`"));
    }
    errors.push(...validateFieldManager(at.child("manager"), manager));
    if (byteLength(subresource) > MAX_SUBRESOURCE_BYTES)
      errors.push(tooLong(at.child("subresource"), MAX_SUBRESOURCE_BYTES));
    return errors;
  });
}

/** A field manager's name: at most 128 bytes, printable. */
export function validateFieldManager(path: FieldPath, manager: string): FieldError[] {
  const errors: FieldError[] = [];
  if (byteLength(manager) > MAX_MANAGER_BYTES) errors.push(tooLong(path, MAX_MANAGER_BYTES));
  const bad = firstUnprintable(manager);
  if (bad !== undefined) {
    const code = (bad.char.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
    errors.push(invalidValue(path, manager, `invalid character U+${code} (at position ${bad.at})`));
  }
  return errors;
}

/** `fieldValidation` of a request. */
export function validateFieldValidation(path: FieldPath, value: string): FieldError[] {
  const allowed = ["", "Ignore", "Strict", "Warn"];
  return allowed.includes(value) ? [] : [notSupported(path, value, allowed)];
}

/** `dryRun` of a request. */
export function validateDryRun(path: FieldPath, values: readonly string[]): FieldError[] {
  return values.every((value) => value === "All") ? [] : [notSupported(path, values, ["All"])];
}

/** Everything wrong with a change of metadata, in upstream's order. Both sides are complete objects' metadata. */
export function validateObjectMetaUpdate(path: FieldPath, meta: ObjectMeta, old: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp) errors.push(...addedFinalizers(path.child("finalizers"), meta, old));
  if (!meta.resourceVersion) {
    errors.push(invalidValue(path.child("resourceVersion"), 0, "must be specified for an update"));
  }
  const { generation = 0 } = meta;
  if (generation < 0) {
    errors.push(invalidValue(path.child("generation"), generation, "must be greater than or equal to 0"));
  }
  if (generation < (old.generation ?? 0)) {
    errors.push(invalidValue(path.child("generation"), generation, "must not be decremented"));
  }
  for (const name of IMMUTABLE) {
    if ((meta[name] ?? "") !== (old[name] ?? "")) {
      errors.push(invalidValue(path.child(name), meta[name] ?? ABSENT[name], IMMUTABLE_MESSAGE));
    }
  }
  errors.push(
    ...validateLabels(path.child("labels"), meta.labels),
    ...validateAnnotations(path.child("annotations"), meta.annotations),
    ...validateOwnerReferences(path.child("ownerReferences"), meta.ownerReferences ?? []),
    ...validateManagedFields(path.child("managedFields"), meta.managedFields ?? []),
  );
  return errors;
}

const IMMUTABLE = [
  "name",
  "namespace",
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
] as const;

/** How Go prints the zero value of each immutable field. */
const ABSENT: Readonly<Record<(typeof IMMUTABLE)[number], string | null>> = {
  name: "",
  namespace: "",
  uid: "",
  creationTimestamp: null,
  deletionTimestamp: null,
  deletionGracePeriodSeconds: null,
};

function addedFinalizers(path: FieldPath, meta: ObjectMeta, old: ObjectMeta): FieldError[] {
  const before = new Set(old.finalizers);
  const added = [...new Set(meta.finalizers)].filter((name) => !before.has(name)).sort();
  if (added.length === 0) return [];
  const list = `[]string{${added.map(quoteGo).join(", ")}}`;
  return [
    forbiddenField(path, `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`),
  ];
}
