import type { Draft } from "@pinnace/apimachinery";
import { required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { REPLICA_COUNTS, replicaCells } from "../apps/replica-set.ts";
import { keepSpec, statusCounts } from "../apps/replica-status.ts";
import { same } from "../rules/equal.ts";
import { nonNegative, type Rule } from "../rules/rule.ts";
import { formatLabels } from "../tables/cell.ts";
import { COUNTED, validation } from "../tables/kind.ts";
import { REPLICATION_CONTROLLER_COLUMNS } from "./columns.ts";
import { defaultPodTemplate } from "./pod/defaults.ts";
import { dropInTemplate } from "./pod/disabled-fields.ts";
import { lastingTemplate, namedTemplateWarnings, templateWarnings } from "./pod-template.ts";

function defaultReplicationController(object: Draft): void {
  object.spec ??= {};
  const { spec, metadata } = object;
  const labels = spec.template?.metadata?.labels;
  if (labels) {
    if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
    if (metadata && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
  }
  spec.replicas ??= 1;
  if (spec.template) defaultPodTemplate(spec.template);
}

const rule: Rule = ({ spec }, root, errors) => {
  const path = root.child("spec");
  nonNegative(spec.minReadySeconds, path.child("minReadySeconds"), errors, spec);
  const selector = spec.selector ?? {};
  if (Object.keys(selector).length === 0) errors.push(required(path.child("selector")));
  nonNegative(spec.replicas, path.child("replicas"), errors, spec);
  if (!spec.template) errors.push(required(path.child("template")));
  else {
    lastingTemplate(spec.template, { matchLabels: selector }, "ReplicationController", path.child("template"), errors);
  }
};

/** ReplicationController (core/v1). Deleting it orphans its pods unless told otherwise. */
export const replicationController: KindBehaviour = {
  default: defaultReplicationController,
  columns: REPLICATION_CONTROLLER_COLUMNS,
  cells: (object, context) => [...replicaCells(object, context), formatLabels(object.spec?.selector)],
  fieldNames: ["status.replicas"],
  fields: (object: Draft) => ({ "status.replicas": String(object.status?.replicas ?? 0) }),
  strategy: {
    ...COUNTED,
    ...dropInTemplate,
    ...validation(rule),
    defaultPropagation: "Orphan",
    warningsOnCreate: namedTemplateWarnings,
    warningsOnUpdate: (object, old) => (same(object.spec, old.spec) ? [] : templateWarnings(object)),
  },
  statusStrategy: { prepareForUpdate: keepSpec, validateUpdate: statusCounts(REPLICA_COUNTS) },
};
