import type { Column } from "@pinnace/apimachinery";
import { AGE, column, NAME } from "../tables/column.ts";

/** Columns of `kubectl get`. */
export const LEASE_COLUMNS: readonly Column[] = [
  NAME,
  column(
    "Holder",
    "holderIdentity contains the identity of the holder of a current lease. If Coordinated Leader Election is used, the holder identity must be equal to the elected LeaseCandidate.metadata.name field.",
  ),
  AGE,
];

/** Columns of `kubectl get`. */
export const LEASE_CANDIDATE_COLUMNS: readonly Column[] = [
  NAME,
  column(
    "LeaseName",
    "LeaseName is the name of the lease for which this candidate is contending. This field is immutable.",
  ),
  column("BinaryVersion", ""),
  column("EmulationVersion", ""),
  AGE,
];
