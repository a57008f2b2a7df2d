import type { Draft } from "@pinnace/apimachinery";
import { duplicate, fieldPath, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { immutable, same } from "../rules/equal.ts";
import { check, fields, ifSet, neededOneOf, oneOf, type Rule, text, uniqueBy } from "../rules/rule.ts";
import { qualifiedName } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { PLAIN } from "../tables/kind.ts";
import { STORAGE_CLASS_COLUMNS } from "./columns.ts";
import { parameters, provisioner } from "./parameters.ts";

const DEFAULT_ANNOTATIONS = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];
const IMMUTABLE_MEMBERS = ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"];

const topologyValues: Rule = (value, path, errors) => {
  const seen = new Set<string>();
  (value ?? []).forEach((item: string, position: number) => {
    if (seen.has(item)) errors.push(duplicate(path.index(position), item));
    seen.add(item);
  });
  if (seen.size === 0) errors.push(required(path));
};

const requirement: Rule = fields({ values: topologyValues, key: text(qualifiedName) });

const term: Rule = fields({
  matchLabelExpressions: (value, path, errors, owner) => {
    (value ?? []).forEach((item: Draft, position: number) => {
      requirement(item, path.index(position), errors, owner);
    });
    uniqueBy("key")(value, path, errors, owner);
  },
});

const allowedTopologies: Rule = (value, path, errors, owner) => {
  const terms: Draft[] = value ?? [];
  terms.forEach((item, position) => {
    term(item, path.index(position), errors, owner);
    const repeated = terms.slice(0, position).some((earlier) => same(earlier, item));
    if (repeated) errors.push(duplicate(path.index(position).child("matchLabelExpressions"), ""));
  });
};

const rule: Rule = fields({
  provisioner,
  parameters: parameters(true),
  reclaimPolicy: ifSet(oneOf("Delete", "Retain")),
  volumeBindingMode: neededOneOf("Immediate", "WaitForFirstConsumer"),
  allowedTopologies,
});

function shownName(object: Draft): string {
  const isDefault = DEFAULT_ANNOTATIONS.some((key) => object.metadata?.annotations?.[key] === "true");
  return isDefault ? `${name(object)} (default)` : name(object);
}

/** StorageClass (storage.k8s.io/v1). */
export const storageClass: KindBehaviour = {
  default: (object: Draft) => {
    object.reclaimPolicy ??= "Delete";
    object.volumeBindingMode ??= "Immediate";
  },
  columns: STORAGE_CLASS_COLUMNS,
  cells: (object, context) => [
    shownName(object),
    object.provisioner ?? "",
    object.reclaimPolicy ?? "Delete",
    object.volumeBindingMode ?? "Immediate",
    object.allowVolumeExpansion ?? false,
    age(object, context),
  ],
  strategy: {
    ...PLAIN,
    validate: (object) => check(rule, object, fieldPath()),
    validateUpdate: (object: Draft, old: Draft) => [
      ...check(rule, object, fieldPath()),
      ...IMMUTABLE_MEMBERS.flatMap((member) => immutable(object[member], old[member], fieldPath(member))),
    ],
  },
};
