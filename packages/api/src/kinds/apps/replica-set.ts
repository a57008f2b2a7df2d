import type { Draft, Json } from "@pinnace/apimachinery";
import { fieldPath } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { defaultPodTemplate } from "../core/pod/defaults.ts";
import { dropInTemplate } from "../core/pod/disabled-fields.ts";
import { lastingTemplate, namedTemplateWarnings, neededSelector, templateWarnings } from "../core/pod-template.ts";
import { immutable, same } from "../rules/equal.ts";
import { nonNegative, type Rule } from "../rules/rule.ts";
import { age, type CellContext, containerCells, formatSelector, name } from "../tables/cell.ts";
import { COUNTED, validation } from "../tables/kind.ts";
import { REPLICA_SET_COLUMNS } from "./columns.ts";
import { keepSpec, type StatusCounts, statusCounts } from "./replica-status.ts";

const replicaSetRule: Rule = ({ spec }, root, errors) => {
  const path = root.child("spec");
  nonNegative(spec.replicas, path.child("replicas"), errors, spec);
  nonNegative(spec.minReadySeconds, path.child("minReadySeconds"), errors, spec);
  if (neededSelector(spec.selector, "deployment", path.child("selector"), errors)) {
    lastingTemplate(spec.template, spec.selector, "ReplicaSet", path.child("template"), errors);
  }
};

/** Counts in the status of a ReplicaSet or ReplicationController. */
export const REPLICA_COUNTS: StatusCounts = {
  counts: [
    "replicas",
    "fullyLabeledReplicas",
    "readyReplicas",
    "availableReplicas",
    "observedGeneration",
    "terminatingReplicas",
  ],
  withinReplicas: ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"],
  availableWithin: "readyReplicas",
};

/** NAME, DESIRED, CURRENT, READY, AGE, CONTAINERS, IMAGES. */
export function replicaCells(object: Draft, context: CellContext): Json[] {
  const { spec = {}, status = {} } = object;
  return [
    name(object),
    spec.replicas ?? 0,
    status.replicas ?? 0,
    status.readyReplicas ?? 0,
    age(object, context),
    ...containerCells(spec.template),
  ];
}

/** ReplicaSet (apps/v1). */
export const replicaSet: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
    object.spec.replicas ??= 1;
    object.spec.template ??= {};
    defaultPodTemplate(object.spec.template);
  },
  columns: REPLICA_SET_COLUMNS,
  cells: (object, context) => [...replicaCells(object, context), formatSelector(object.spec?.selector)],
  fieldNames: ["status.replicas"],
  fields: (object: Draft) => ({ "status.replicas": String(object.status?.replicas ?? 0) }),
  strategy: {
    ...COUNTED,
    ...dropInTemplate,
    ...validation(replicaSetRule, (object, old) =>
      immutable(object.spec.selector, old.spec.selector, fieldPath("spec", "selector")),
    ),
    warningsOnCreate: namedTemplateWarnings,
    warningsOnUpdate: (object, old) => (same(object.spec, old.spec) ? [] : templateWarnings(object)),
  },
  statusStrategy: { prepareForUpdate: keepSpec, validateUpdate: statusCounts(REPLICA_COUNTS) },
};
