import type { Draft } from "@pinnace/apimachinery";
import { fieldPath } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec } from "../apps/replica-status.ts";
import { immutable } from "../rules/equal.ts";
import { age, name, nameAndAge } from "../tables/cell.ts";
import { PLAIN } from "../tables/kind.ts";
import { POD_GROUP_COLUMNS, WORKLOAD_COLUMNS } from "./columns.ts";

function state({ status }: Draft): string {
  const find = (type: string): Draft => (status?.conditions ?? []).find((item: Draft) => item.type === type);
  const disrupted = find("DisruptionTarget");
  if (disrupted) return disrupted.reason;
  const scheduled = find("PodGroupScheduled");
  if (!scheduled) return "Pending";
  return scheduled.status === "True" ? "Scheduled" : "Unschedulable";
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
  strategy: {
    ...PLAIN,
    validateUpdate: (object, old) => immutable(object.spec, old.spec, fieldPath("spec")),
  },
  statusStrategy: { prepareForUpdate: keepSpec },
};

/** Workload (scheduling.k8s.io/v1alpha2). */
export const workload: KindBehaviour = { columns: WORKLOAD_COLUMNS, cells: nameAndAge, strategy: PLAIN };
