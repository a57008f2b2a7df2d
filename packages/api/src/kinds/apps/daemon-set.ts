import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, invalidValue, notSupported, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { defaultPodTemplate } from "../core/pod/defaults.ts";
import { dropInTemplate } from "../core/pod/disabled-fields.ts";
import { alwaysRestarts, mismatch, podTemplateSpec, templateWarnings } from "../core/pod-template.ts";
import { immutable, same } from "../rules/equal.ts";
import { goValue } from "../rules/go-json.ts";
import { intOrPercent, intOrPercentValue, notMoreThan100Percent } from "../rules/int-or-percent.ts";
import { isEmptySelector, labelSelector, selects } from "../rules/label-selector.ts";
import { nonNegative, type Rule } from "../rules/rule.ts";
import { age, containerCells, formatLabels, formatSelector, name } from "../tables/cell.ts";
import { COUNTED, changeFirst } from "../tables/kind.ts";
import { DAEMON_SET_COLUMNS } from "./columns.ts";
import { keepSpec, statusCounts } from "./replica-status.ts";

const GENERATION = "deprecated.daemonset.template.generation";

function templateGeneration(object: Draft): number {
  return Number(object.metadata?.annotations?.[GENERATION] ?? 0);
}

function setTemplateGeneration(object: Draft, generation: number): void {
  object.metadata.annotations = { ...object.metadata.annotations, [GENERATION]: String(generation) };
}

function defaultDaemonSet(object: Draft): void {
  object.spec ??= {};
  const { spec } = object;
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ||= "RollingUpdate";
  if (spec.updateStrategy.type === "RollingUpdate") {
    spec.updateStrategy.rollingUpdate ??= {};
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  spec.template ??= {};
  defaultPodTemplate(spec.template);
  // Upstream's conversion writes it always, so whoever makes the object owns it.
  if (object.metadata && object.metadata.annotations?.[GENERATION] === undefined) setTemplateGeneration(object, 0);
}

const rollingUpdate: Rule = (value, path, errors) => {
  const unavailable = path.child("maxUnavailable");
  const surge = path.child("maxSurge");
  intOrPercent(value.maxUnavailable, unavailable, errors, value);
  intOrPercent(value.maxSurge, surge, errors, value);
  notMoreThan100Percent(value.maxUnavailable, unavailable, errors, value);
  notMoreThan100Percent(value.maxSurge, surge, errors, value);
  const both = [value.maxUnavailable, value.maxSurge].map((each) => intOrPercentValue(each) !== 0);
  if (both.every(Boolean))
    errors.push(invalidValue(surge, value.maxSurge, "may not be set when maxUnavailable is non-zero"));
  if (!both.some(Boolean)) errors.push(required(unavailable, "cannot be 0 when maxSurge is 0"));
};

const daemonSetRule: Rule = ({ spec }, root, errors) => {
  const path = root.child("spec");
  const template = path.child("template");
  const strategy = path.child("updateStrategy");
  const malformed: FieldError[] = [];
  labelSelector(spec.selector, path.child("selector"), malformed, spec);
  errors.push(...malformed);
  const own = spec.template.metadata?.labels;
  const matches = spec.selector && (malformed.length > 0 || selects(spec.selector, own ?? {}));
  if (!matches) errors.push(mismatch(template, own));
  if (spec.selector && isEmptySelector(spec.selector)) {
    errors.push(invalidValue(path.child("selector"), spec.selector, "empty selector is invalid for daemonset"));
  }
  podTemplateSpec(spec.template, template, errors);
  alwaysRestarts(spec.template, "DaemonSet", template, errors);
  nonNegative(spec.minReadySeconds, path.child("minReadySeconds"), errors, spec);
  if (spec.updateStrategy.type === "RollingUpdate") {
    rollingUpdate(spec.updateStrategy.rollingUpdate, strategy.child("rollingUpdate"), errors, spec);
  } else if (spec.updateStrategy.type !== "OnDelete") {
    errors.push(
      notSupported(strategy, goValue("DaemonSetUpdateStrategy", spec.updateStrategy), ["RollingUpdate", "OnDelete"]),
    );
  }
  nonNegative(spec.revisionHistoryLimit, path.child("revisionHistoryLimit"), errors, spec);
};

function change(object: Draft, old: Draft): FieldError[] {
  return immutable(object.spec.selector, old.spec.selector, fieldPath("spec", "selector"));
}

/** DaemonSet (apps/v1). The template's generation lives on as an annotation. */
export const daemonSet: KindBehaviour = {
  default: defaultDaemonSet,
  columns: DAEMON_SET_COLUMNS,
  cells: (object, context) => {
    const { spec = {}, status = {} } = object;
    return [
      name(object),
      status.desiredNumberScheduled ?? 0,
      status.currentNumberScheduled ?? 0,
      status.numberReady ?? 0,
      status.updatedNumberScheduled ?? 0,
      status.numberAvailable ?? 0,
      formatLabels(spec.template?.spec?.nodeSelector),
      age(object, context),
      ...containerCells(spec.template),
      formatSelector(spec.selector),
    ];
  },
  strategy: {
    ...COUNTED,
    ...changeFirst(daemonSetRule, change),
    prepareForCreate: (object) => {
      dropInTemplate.prepareForCreate(object);
      setTemplateGeneration(object, Math.max(1, templateGeneration(object)));
    },
    prepareForUpdate: (object, old) => {
      dropInTemplate.prepareForUpdate(object, old);
      const changed = same(object.spec.template, old.spec.template) ? 0 : 1;
      setTemplateGeneration(object, templateGeneration(old) + changed);
    },
    warningsOnCreate: templateWarnings,
    warningsOnUpdate: (object, old) => (same(object.spec.template, old.spec.template) ? [] : templateWarnings(object)),
  },
  statusStrategy: {
    prepareForUpdate: keepSpec,
    validateUpdate: statusCounts({
      counts: [
        "currentNumberScheduled",
        "numberMisscheduled",
        "desiredNumberScheduled",
        "numberReady",
        "observedGeneration",
        "updatedNumberScheduled",
        "numberAvailable",
        "numberUnavailable",
        "collisionCount",
      ],
    }),
  },
};
