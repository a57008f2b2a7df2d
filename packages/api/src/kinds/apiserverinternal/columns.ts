import type { Column } from "@pinnace/apimachinery";
import { AGE, column, NAME } from "../tables/column.ts";

/** Columns of `kubectl get`. */
export const STORAGE_VERSION_COLUMNS: readonly Column[] = [
  NAME,
  column(
    "CommonEncodingVersion",
    "commonEncodingVersion is set to an encoding storage version if all API server instances share that same version. If they don't share one storage version, this field is left empty. API servers should finish updating its storageVersionStatus entry before serving write operations, so that this field will be in sync with the reality.",
  ),
  column("StorageVersions", "storageVersions lists the reported versions per API server instance."),
  AGE,
];
