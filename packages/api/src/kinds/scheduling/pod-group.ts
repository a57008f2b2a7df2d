import type { Draft } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec } from "../apps/replica-status.ts";
import { age, name, nameAndAge } from "../tables/cell.ts";
import { PLAIN } from "../tables/kind.ts";
import { POD_GROUP_COLUMNS, WORKLOAD_COLUMNS } from "./columns.ts";
import { changedOf, dropGated, validatePodGroup, validateWorkload } from "./workload-validation.ts";

const dropInTemplates = ({ spec }: Draft): void => (spec?.podGroupTemplates ?? []).forEach(dropGated);

function state({ status }: Draft): string {
  const find = (type: string): Draft => (status?.conditions ?? []).find((item: Draft) => item.type === type);
  const disrupted = find("DisruptionTarget");
  if (disrupted) return disrupted.reason;
  const scheduled = find("PodGroupScheduled");
  if (!scheduled) return "Pending";
  return scheduled.status === "True" ? "Scheduled" : "Unschedulable";
}

/** The default of the one gated member that has one. */
function disruptedByPod({ spec }: Draft): void {
  if (spec) spec.disruptionMode ??= "Pod";
}

/** PodGroup (scheduling.k8s.io/v1alpha2). */
export const podGroup: KindBehaviour = {
  columns: POD_GROUP_COLUMNS,
  cells: (object, context) => [
    name(object),
    object.spec?.schedulingPolicy?.gang ? "Gang" : "Basic",
    object.spec?.podGroupTemplateRef?.workload?.workloadName ?? "<none>",
    state(object),
    age(object, context),
  ],
  default: disruptedByPod,
  strategy: {
    ...PLAIN,
    prepareForCreate: (object: Draft) => {
      delete object.status;
      dropGated(object.spec);
      disruptedByPod(object);
    },
    prepareForUpdate: (object: Draft, old: Draft) => {
      if (old.status === undefined) delete object.status;
      else object.status = old.status;
      dropGated(object.spec);
      disruptedByPod(object);
    },
    validate: validatePodGroup,
    validateUpdate: (object: Draft, old: Draft) => changedOf(["podGroupTemplateRef", "schedulingPolicy"], object, old),
  },
  statusStrategy: { prepareForUpdate: keepSpec },
};

/** Workload (scheduling.k8s.io/v1alpha2). */
export const workload: KindBehaviour = {
  columns: WORKLOAD_COLUMNS,
  cells: nameAndAge,
  strategy: {
    ...PLAIN,
    prepareForCreate: dropInTemplates,
    prepareForUpdate: dropInTemplates,
    validate: validateWorkload,
    validateUpdate: (object: Draft, old: Draft) => changedOf(["controllerRef", "podGroupTemplates"], object, old),
  },
};
