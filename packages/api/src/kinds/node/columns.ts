import type { Column } from "@pinnace/apimachinery";
import { AGE, column, NAME } from "../tables/column.ts";

/** Columns of `kubectl get`. */
export const RUNTIME_CLASS_COLUMNS: readonly Column[] = [NAME, column("Handler", ""), AGE];
