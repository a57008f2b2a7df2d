import type { Draft } from "@pinnace/apimachinery";
import { fieldPath } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec } from "../apps/replica-status.ts";
import { immutable } from "../rules/equal.ts";
import { fields, needed } from "../rules/rule.ts";
import { formatLabels, name } from "../tables/cell.ts";
import { STRICT, validation } from "../tables/kind.ts";
import { POD_CERTIFICATE_REQUEST_COLUMNS } from "./columns.ts";
import { signerName } from "./signer-name.ts";

const FINAL = ["Issued", "Denied", "Failed"];

const spec = fields({
  signerName,
  podName: needed(),
  podUID: needed(),
  serviceAccountName: needed(),
  serviceAccountUID: needed(),
  nodeName: needed(),
  nodeUID: needed(),
});

function state({ status }: Draft): string {
  const types: string[] = (status?.conditions ?? []).map((condition: Draft) => condition.type);
  return types.findLast((type) => FINAL.includes(type)) ?? "Pending";
}

/** PodCertificateRequest (certificates.k8s.io/v1beta1). */
export const podCertificateRequest: KindBehaviour = {
  columns: POD_CERTIFICATE_REQUEST_COLUMNS,
  cells: (object) => [
    name(object),
    object.spec?.podName ?? "",
    object.spec?.serviceAccountName ?? "",
    object.spec?.nodeName ?? "",
    object.spec?.signerName ?? "",
    state(object),
    formatLabels(object.spec?.unverifiedUserAnnotations),
  ],
  fieldNames: ["spec.nodeName", "spec.podName", "spec.signerName"],
  fields: (object: Draft) => ({
    "spec.nodeName": object.spec?.nodeName ?? "",
    "spec.podName": object.spec?.podName ?? "",
    "spec.signerName": object.spec?.signerName ?? "",
  }),
  strategy: {
    ...STRICT,
    ...validation(fields({ spec }), (object, old) => immutable(object.spec, old.spec, fieldPath("spec"))),
  },
  statusStrategy: { prepareForUpdate: keepSpec },
};
