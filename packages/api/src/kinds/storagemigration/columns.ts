import type { Column } from "@pinnace/apimachinery";
import { column } from "../tables/column.ts";

/** Columns of `kubectl get`. */
export const STORAGE_VERSION_MIGRATION_COLUMNS: readonly Column[] = [
  column(
    "Name",
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names",
  ),
  column("Resource", "GroupResource to migrate"),
  column("Status", "Status of the migration"),
];
