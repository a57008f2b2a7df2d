import type { Draft } from "@pinnace/apimachinery";
import { fieldPath, invalidValue } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { immutable } from "../rules/equal.ts";
import { all, fields, ifSet, type Rule } from "../rules/rule.ts";
import { name } from "../tables/cell.ts";
import { STRICT, validation } from "../tables/kind.ts";
import { CLUSTER_TRUST_BUNDLE_COLUMNS } from "./columns.ts";
import { signerName } from "./signer-name.ts";

const BLOCK = /-----BEGIN ([^-]+)-----[^-]*-----END [^-]+-----/g;

/** Certificates in PEM. What they certify is for those who trust them. */
const trustBundle: Rule = (value, path, errors) => {
  const types = [...String(value ?? "").matchAll(BLOCK)].map((match) => match[1]);
  if (types.length === 0) {
    errors.push(invalidValue(path, "<value omitted>", "at least one trust anchor must be provided"));
  }
  for (const [position, type] of types.entries()) {
    if (type === "CERTIFICATE") continue;
    errors.push(invalidValue(path, "<value omitted>", `entry ${position} has bad block type: ${type}`));
  }
};

/** Bundles of a signer are named after it: `example.com:name:...`. */
const nameOfSigner: Rule = (value, path, errors) => {
  const own: string = value.metadata?.name ?? "";
  const signer: string = value.spec?.signerName ?? "";
  const at = path.child("metadata", "name");
  const prefix = `${signer.replaceAll("/", ":")}:`;
  if (signer === "" && own.includes(":")) {
    errors.push(invalidValue(at, own, 'ClusterTrustBundle without signer name must not have ":" in its name'));
  } else if (signer !== "" && !own.startsWith(prefix)) {
    const message = `ClusterTrustBundle for signerName ${signer} must be named with prefix ${prefix}`;
    errors.push(invalidValue(at, own, message));
  }
};

/** ClusterTrustBundle (certificates.k8s.io/v1beta1). */
export const clusterTrustBundle: KindBehaviour = {
  columns: CLUSTER_TRUST_BUNDLE_COLUMNS,
  cells: (object) => [name(object), object.spec?.signerName || "<none>"],
  fieldNames: ["spec.signerName"],
  fields: (object: Draft) => ({ "spec.signerName": object.spec?.signerName ?? "" }),
  strategy: {
    ...STRICT,
    validateName: () => [],
    ...validation(
      all(nameOfSigner, fields({ spec: fields({ signerName: ifSet(signerName), trustBundle }) })),
      (object, old) => immutable(object.spec?.signerName, old.spec?.signerName, fieldPath("spec", "signerName")),
    ),
  },
};
