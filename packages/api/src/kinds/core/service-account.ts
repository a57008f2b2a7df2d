import type { Draft } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { nameAndAge } from "../tables/cell.ts";
import { PLAIN } from "../tables/kind.ts";
import { SERVICE_ACCOUNT_COLUMNS } from "./columns.ts";

/** References to secrets keep the name only. */
function nameSecrets(account: Draft): void {
  if (account.secrets) account.secrets = account.secrets.map(({ name }: Draft) => (name === undefined ? {} : { name }));
}

const ENFORCE = "kubernetes.io/enforce-mountable-secrets";

function warnings(account: Draft): string[] {
  if (account.metadata?.annotations?.[ENFORCE] === undefined) return [];
  return [
    `metadata.annotations[${ENFORCE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
  ];
}

/** ServiceAccount (core/v1). */
export const serviceAccount: KindBehaviour = {
  columns: SERVICE_ACCOUNT_COLUMNS,
  cells: nameAndAge,
  strategy: {
    ...PLAIN,
    prepareForCreate: nameSecrets,
    prepareForUpdate: nameSecrets,
    warningsOnCreate: warnings,
  },
};
