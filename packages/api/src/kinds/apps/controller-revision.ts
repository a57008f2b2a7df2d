import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, parseApiVersion, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { immutable } from "../rules/equal.ts";
import { check, fields, nonNegative } from "../rules/rule.ts";
import { age, name } from "../tables/cell.ts";
import { PLAIN } from "../tables/kind.ts";
import { CONTROLLER_REVISION_COLUMNS } from "./columns.ts";

function revisionErrors(object: Draft): FieldError[] {
  return check(fields({ revision: nonNegative }), object, fieldPath());
}

function dataErrors({ data }: Draft): FieldError[] {
  const path = fieldPath("data");
  if (data === undefined || data === null) return [required(path, "data is mandatory")];
  if (typeof data !== "object" || Array.isArray(data)) return [required(path, "data must be a valid JSON object")];
  return [];
}

function controllerText(object: Draft): string {
  const owner = (object.metadata?.ownerReferences ?? []).find((each: Draft) => each.controller);
  if (!owner) return "<none>";
  const { group } = parseApiVersion(owner.apiVersion);
  return `${(group === "" ? owner.kind : `${owner.kind}.${group}`).toLowerCase()}/${owner.name}`;
}

/** ControllerRevision (apps/v1): its data never changes. */
export const controllerRevision: KindBehaviour = {
  columns: CONTROLLER_REVISION_COLUMNS,
  cells: (object, context) => [name(object), controllerText(object), object.revision ?? 0, age(object, context)],
  strategy: {
    ...PLAIN,
    validate: (object) => [...revisionErrors(object), ...dataErrors(object)],
    validateUpdate: (object, old) => [
      ...revisionErrors(object),
      ...immutable(object.data, old.data, fieldPath("data")),
    ],
  },
};
