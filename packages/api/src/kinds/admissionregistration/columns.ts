import type { Column } from "@pinnace/apimachinery";
import { AGE, column, NAME } from "../tables/column.ts";

/** Columns of `kubectl get`. */
export const MUTATING_WEBHOOK_CONFIGURATION_COLUMNS: readonly Column[] = [
  NAME,
  column("Webhooks", "Webhooks indicates the number of webhooks registered in this configuration", "integer"),
  AGE,
];

/** Columns of `kubectl get`. */
export const VALIDATING_WEBHOOK_CONFIGURATION_COLUMNS: readonly Column[] = [
  NAME,
  column("Webhooks", "Webhooks indicates the number of webhooks registered in this configuration", "integer"),
  AGE,
];

/** Columns of `kubectl get`. */
export const VALIDATING_ADMISSION_POLICY_COLUMNS: readonly Column[] = [
  NAME,
  column(
    "Validations",
    "Validations indicates the number of validation rules defined in this configuration",
    "integer",
  ),
  column("ParamKind", "ParamKind specifies the kind of resources used to parameterize this policy"),
  AGE,
];

/** Columns of `kubectl get`. */
export const VALIDATING_ADMISSION_POLICY_BINDING_COLUMNS: readonly Column[] = [
  NAME,
  column("PolicyName", "PolicyName indicates the policy definition which the policy binding binded to"),
  column("ParamRef", "ParamRef indicates the param resource which sets the configuration param"),
  AGE,
];

/** Columns of `kubectl get`. */
export const MUTATING_ADMISSION_POLICY_COLUMNS: readonly Column[] = [
  NAME,
  column("Mutations", "Mutation indicates the number of mutations rules defined in this configuration", "integer"),
  column("ParamKind", "ParamKind specifies the kind of resources used to parameterize this policy"),
  AGE,
];

/** Columns of `kubectl get`. */
export const MUTATING_ADMISSION_POLICY_BINDING_COLUMNS: readonly Column[] = [
  NAME,
  column("PolicyName", "PolicyName indicates the policy definition which the policy binding binded to"),
  column("ParamRef", "ParamRef indicates the param resource which sets the configuration param"),
  AGE,
];
