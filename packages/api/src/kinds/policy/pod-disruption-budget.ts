import type { Draft } from "@pinnace/apimachinery";
import { invalidValue } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec, statusCounts } from "../apps/replica-status.ts";
import { goValue } from "../rules/go-json.ts";
import { intOrPercent, notMoreThan100Percent } from "../rules/int-or-percent.ts";
import { labelSelector } from "../rules/label-selector.ts";
import { all, fields, ifPresent, oneOf, type Rule } from "../rules/rule.ts";
import { pathSegment } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { STRICT_COUNTED, validation } from "../tables/kind.ts";
import { POD_DISRUPTION_BUDGET_COLUMNS } from "./columns.ts";

const amount = ifPresent(all(intOrPercent, notMoreThan100Percent));

const notBoth: Rule = (spec, path, errors) => {
  if (spec?.minAvailable === undefined || spec.maxUnavailable === undefined) return;
  errors.push(
    invalidValue(path, goValue("PodDisruptionBudgetSpec", spec), "minAvailable and maxUnavailable cannot be both set"),
  );
};

const spec = all(
  notBoth,
  fields({
    minAvailable: amount,
    maxUnavailable: amount,
    selector: labelSelector,
    unhealthyPodEvictionPolicy: ifPresent(oneOf("AlwaysAllow", "IfHealthyBudget")),
  }),
);

/** PodDisruptionBudget (policy/v1). */
export const podDisruptionBudget: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
  },
  columns: POD_DISRUPTION_BUDGET_COLUMNS,
  cells: (object, context) => [
    name(object),
    String(object.spec?.minAvailable ?? "N/A"),
    String(object.spec?.maxUnavailable ?? "N/A"),
    object.status?.disruptionsAllowed ?? 0,
    age(object, context),
  ],
  strategy: { ...STRICT_COUNTED, validateName: pathSegment, ...validation(fields({ spec })) },
  statusStrategy: {
    prepareForUpdate: keepSpec,
    validateUpdate: statusCounts({
      counts: ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"],
    }),
  },
};
