import type { Draft } from "@pinnace/apimachinery";
import { fieldPath, forbiddenField, invalidValue, notSupported } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { defaultPodTemplate } from "../core/pod/defaults.ts";
import { dropInTemplate } from "../core/pod/disabled-fields.ts";
import { lastingTemplate, namedTemplateWarnings, neededSelector, templateWarnings } from "../core/pod-template.ts";
import { immutable, same } from "../rules/equal.ts";
import { goValue } from "../rules/go-json.ts";
import { intOrPercent, intOrPercentValue, notMoreThan100Percent } from "../rules/int-or-percent.ts";
import { nonNegative, type Rule } from "../rules/rule.ts";
import { age, containerCells, name, selectorText } from "../tables/cell.ts";
import { COUNTED, validation } from "../tables/kind.ts";
import { DEPLOYMENT_COLUMNS } from "./columns.ts";
import { keepSpec, statusCounts } from "./replica-status.ts";

function defaultDeployment(object: Draft): void {
  object.spec ??= {};
  const { spec } = object;
  spec.replicas ??= 1;
  spec.strategy ??= {};
  spec.strategy.type ||= "RollingUpdate";
  if (spec.strategy.type === "RollingUpdate") {
    spec.strategy.rollingUpdate ??= {};
    spec.strategy.rollingUpdate.maxUnavailable ??= "25%";
    spec.strategy.rollingUpdate.maxSurge ??= "25%";
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  spec.template ??= {};
  defaultPodTemplate(spec.template);
}

const rollingUpdate: Rule = (value, path, errors) => {
  intOrPercent(value.maxUnavailable, path.child("maxUnavailable"), errors, value);
  intOrPercent(value.maxSurge, path.child("maxSurge"), errors, value);
  if (intOrPercentValue(value.maxUnavailable) === 0 && intOrPercentValue(value.maxSurge) === 0) {
    const message = "may not be 0 when `maxSurge` is 0";
    errors.push(invalidValue(path.child("maxUnavailable"), value.maxUnavailable, message));
  }
  notMoreThan100Percent(value.maxUnavailable, path.child("maxUnavailable"), errors, value);
};

const strategy: Rule = (value, path, errors) => {
  const at = path.child("rollingUpdate");
  if (value.type === "RollingUpdate") rollingUpdate(value.rollingUpdate ?? {}, at, errors, value);
  else if (value.type !== "Recreate")
    errors.push(notSupported(path, goValue("DeploymentStrategy", value), ["Recreate", "RollingUpdate"]));
  else if (value.rollingUpdate) {
    errors.push(forbiddenField(at, "may not be specified when strategy `type` is 'Recreate'"));
  }
};

const deploymentRule: Rule = ({ spec }, root, errors) => {
  const path = root.child("spec");
  nonNegative(spec.replicas, path.child("replicas"), errors, spec);
  if (neededSelector(spec.selector, "deployment", path.child("selector"), errors)) {
    lastingTemplate(spec.template, spec.selector, "ReplicaSet", path.child("template"), errors);
  }
  strategy(spec.strategy, path.child("strategy"), errors, spec);
  nonNegative(spec.minReadySeconds, path.child("minReadySeconds"), errors, spec);
  nonNegative(spec.revisionHistoryLimit, path.child("revisionHistoryLimit"), errors, spec);
  const at = path.child("progressDeadlineSeconds");
  nonNegative(spec.progressDeadlineSeconds, at, errors, spec);
  if (spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0)) {
    errors.push(invalidValue(at, spec.progressDeadlineSeconds, "must be greater than minReadySeconds"));
  }
};

/** Deployment (apps/v1). */
export const deployment: KindBehaviour = {
  default: defaultDeployment,
  columns: DEPLOYMENT_COLUMNS,
  cells: (object, context) => {
    const { spec = {}, status = {} } = object;
    return [
      name(object),
      `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
      status.updatedReplicas ?? 0,
      status.availableReplicas ?? 0,
      age(object, context),
      ...containerCells(spec.template),
      selectorText(spec.selector),
    ];
  },
  strategy: {
    ...COUNTED,
    ...dropInTemplate,
    ...validation(deploymentRule, (object, old) =>
      immutable(object.spec.selector, old.spec.selector, fieldPath("spec", "selector")),
    ),
    warningsOnCreate: namedTemplateWarnings,
    warningsOnUpdate: (object, old) => (same(object.spec, old.spec) ? [] : templateWarnings(object)),
  },
  statusStrategy: {
    prepareForUpdate: (object, old) => {
      keepSpec(object, old);
      if (old.metadata.labels) object.metadata.labels = old.metadata.labels;
      else delete object.metadata.labels;
    },
    validateUpdate: statusCounts({
      counts: [
        "observedGeneration",
        "replicas",
        "updatedReplicas",
        "readyReplicas",
        "availableReplicas",
        "unavailableReplicas",
        "terminatingReplicas",
        "collisionCount",
      ],
      withinReplicas: ["updatedReplicas", "readyReplicas", "availableReplicas"],
      availableWithin: "readyReplicas",
    }),
  },
};
