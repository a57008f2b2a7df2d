import type { Column } from "@pinnace/apimachinery";
import { AGE, column, NAME } from "../tables/column.ts";

/** Columns of `kubectl get`. */
export const PRIORITY_CLASS_COLUMNS: readonly Column[] = [
  NAME,
  column(
    "Value",
    "value represents the integer value of this priority class. This is the actual priority that pods receive when they have the name of this class in their pod spec.",
    "integer",
  ),
  column(
    "Global-Default",
    "globalDefault specifies whether this PriorityClass should be considered as the default priority for pods that do not have any priority class. Only one PriorityClass can be marked as `globalDefault`. However, if more than one PriorityClasses exists with their `globalDefault` field set to true, the smallest value of such global default PriorityClasses will be used as the default priority.",
    "boolean",
  ),
  AGE,
  column(
    "PreemptionPolicy",
    "preemptionPolicy is the Policy for preempting pods with lower priority. One of Never, PreemptLowerPriority. Defaults to PreemptLowerPriority if unset.",
  ),
];

/** Columns of `kubectl get`. */
export const WORKLOAD_COLUMNS: readonly Column[] = [NAME, AGE];

/** Columns of `kubectl get`. */
export const POD_GROUP_COLUMNS: readonly Column[] = [
  NAME,
  column(
    "Policy",
    "SchedulingPolicy defines the scheduling policy for this instance of the PodGroup. Controllers are expected to fill this field by copying it from a PodGroupTemplate. This field is immutable.",
  ),
  column("Workload", "Name of the referenced Workload object"),
  column("Status", "Status of the PodGroup"),
  AGE,
];
