import type { Column } from "@pinnace/apimachinery";
import { AGE, column, NAME } from "../tables/column.ts";

/** Columns of `kubectl get`. */
export const POD_DISRUPTION_BUDGET_COLUMNS: readonly Column[] = [
  NAME,
  column("Min Available", "The minimum number of pods that must be available."),
  column("Max Unavailable", "The maximum number of pods that may be unavailable."),
  column("Allowed Disruptions", "Calculated number of pods that may be disrupted at this time.", "integer"),
  AGE,
];
