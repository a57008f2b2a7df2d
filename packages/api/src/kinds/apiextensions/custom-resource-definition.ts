import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec } from "../apps/replica-status.ts";
import { immutable } from "../rules/equal.ts";
import { STRICT_COUNTED } from "../tables/kind.ts";
import { definitionErrors, nameErrors } from "./definition-validation.ts";

/** The storage version is one that objects are, or will be, stored in. */
function noteStorageVersion(object: Draft): void {
  const storage = (object.spec?.versions ?? []).find((version: Draft) => version.storage);
  object.status ??= {};
  const stored: string[] = object.status.storedVersions ?? [];
  if (storage && !stored.includes(storage.name)) object.status.storedVersions = [...stored, storage.name];
}

function setDefaults(object: Draft): void {
  object.spec ??= {};
  object.spec.names ??= {};
  const { names } = object.spec;
  names.singular ||= (names.kind ?? "").toLowerCase();
  if (names.kind) names.listKind ||= `${names.kind}List`;
  object.spec.conversion ??= { strategy: "None" };
  const service = object.spec.conversion.webhook?.clientConfig?.service;
  if (service) service.port ??= 443;
  if ((object.status?.storedVersions ?? []).length === 0) noteStorageVersion(object);
}

function isEstablished({ status }: Draft): boolean {
  return (status?.conditions ?? []).some(
    ({ type, status: state }: Draft) => type === "Established" && state === "True",
  );
}

function changeErrors({ spec }: Draft, old: Draft): FieldError[] {
  const before = old.spec;
  const kept = (...names: readonly string[]): FieldError[] => {
    const valueIn = (root: Draft): Draft => names.reduce((value, name) => value?.[name], root) ?? "";
    return immutable(valueIn(spec), valueIn(before), fieldPath("spec", ...names));
  };
  const once = isEstablished(old) ? [...kept("scope"), ...kept("names", "kind")] : [];
  return [...once, ...kept("group"), ...kept("names", "plural")];
}

/** CustomResourceDefinition (apiextensions.k8s.io/v1). */
export const customResourceDefinition: KindBehaviour = {
  default: setDefaults,
  strategy: {
    ...STRICT_COUNTED,
    prepareForCreate: (draft) => {
      draft.status = {};
      noteStorageVersion(draft);
    },
    validate: (object) => [...nameErrors(object), ...definitionErrors(object)],
    prepareForUpdate: (draft, old) => {
      draft.status = structuredClone(old.status);
      noteStorageVersion(draft);
    },
    validateUpdate: (object, old) => [...definitionErrors(object), ...changeErrors(object, old)],
  },
  statusStrategy: { prepareForUpdate: keepSpec },
};
