import type { Draft, FieldError, Strategy, UserInfo } from "@pinnace/apimachinery";
import { duplicate, fieldPath, forbiddenField, humanDuration, invalidValue } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec } from "../apps/replica-status.ts";
import { decodeBase64 } from "../core/base64.ts";
import { all, check, each, fields, ifPresent, must, neededItems, oneOf, type Rule } from "../rules/rule.ts";
import { age, name } from "../tables/cell.ts";
import { PLAIN } from "../tables/kind.ts";
import { conditionChangeErrors, conditionErrors, keepApproval, stampConditions } from "./certificate-conditions.ts";
import { CERTIFICATE_SIGNING_REQUEST_COLUMNS } from "./columns.ts";
import { signerName } from "./signer-name.ts";

const LEGACY_SIGNER = "kubernetes.io/legacy-unknown";
const USAGES = [
  "any",
  "cert sign",
  "client auth",
  "code signing",
  "content commitment",
  "crl sign",
  "data encipherment",
  "decipher only",
  "digital signature",
  "email protection",
  "encipher only",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "key agreement",
  "key encipherment",
  "microsoft sgc",
  "netscape sgc",
  "ocsp signing",
  "s/mime",
  "server auth",
  "signing",
  "timestamping",
];

const pemRequest: Rule = (value, path, errors) => {
  const text = String.fromCharCode(...decodeBase64(value ?? ""));
  if (/-----BEGIN CERTIFICATE REQUEST-----/.test(text)) return;
  errors.push(invalidValue(path, value ?? null, "PEM block type must be CERTIFICATE REQUEST"));
};

const onceEach: Rule = (value, path, errors) => {
  const seen = new Set<string>();
  for (const [position, usage] of (value ?? []).entries()) {
    if (seen.has(usage)) errors.push(duplicate(path.index(position), usage));
    seen.add(usage);
  }
};

const signer: Rule = (value, path, errors, owner) => {
  if (value !== LEGACY_SIGNER) signerName(value, path, errors, owner);
  else errors.push(invalidValue(path, value, "the legacy signerName is not allowed via this API version"));
};

const spec: Rule = fields({
  request: pemRequest,
  usages: all(neededItems(each(oneOf(...USAGES))), onceEach),
  signerName: signer,
  expirationSeconds: ifPresent(
    must((seconds) => seconds >= 600, "may not specify a duration less than 600 seconds (10 minutes)"),
  ),
});

/** Why a text holds no certificates, or undefined. What is in the blocks is for those who trust them. */
function certificateProblem(pem: string): string | undefined {
  const blocks = [...pem.matchAll(/-----BEGIN ([^-\n]*)-----\n([\s\S]*?)-----END \1-----/g)];
  for (const [, type, content = ""] of blocks) {
    if (type !== "CERTIFICATE") return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (content.includes(":")) return "no PEM block headers are permitted";
  }
  return blocks.length === 0 ? "must contain at least one CERTIFICATE PEM block" : undefined;
}

function certificateErrors({ status }: Draft, old: Draft, maySet: boolean): FieldError[] {
  const before = old.status?.certificate ?? "";
  if ((status?.certificate ?? "") === before) return [];
  const path = fieldPath("status", "certificate");
  if (!maySet) return [forbiddenField(path, "updates may not set certificate content")];
  if (before !== "") return [forbiddenField(path, "updates may not modify existing certificate content")];
  const problem = certificateProblem(String.fromCharCode(...decodeBase64(status.certificate)));
  return problem === undefined ? [] : [invalidValue(path, "<certificate data>", problem)];
}

function validateUpdate(through: "approval" | "status" | "main"): NonNullable<Strategy["validateUpdate"]> {
  return (object, old) => [
    ...conditionErrors(object, old),
    ...conditionChangeErrors(object, old, through === "approval"),
    ...certificateErrors(object, old, through === "status"),
  ];
}

/** Who asks is what the server knows, not what the request says. */
function takeUser(draft: Draft, { name: username, uid, groups, extra }: UserInfo): void {
  const { username: _, uid: __, groups: ___, extra: ____, ...asked } = draft.spec ?? {};
  draft.spec = { ...asked, username, groups: [...groups] };
  if (uid) draft.spec.uid = uid;
  if (extra && Object.keys(extra).length > 0) draft.spec.extra = structuredClone(extra);
}

function state({ status }: Draft): string {
  const types: string[] = (status?.conditions ?? []).map((condition: Draft) => condition.type);
  const decision = ["Denied", "Approved"].find((type) => types.includes(type)) ?? "Pending";
  return [decision, types.includes("Failed") ? "Failed" : "", status?.certificate ? "Issued" : ""]
    .filter(Boolean)
    .join(",");
}

/** CertificateSigningRequest (certificates.k8s.io/v1). */
export const certificateSigningRequest: KindBehaviour = {
  columns: CERTIFICATE_SIGNING_REQUEST_COLUMNS,
  cells: (object, context) => [
    name(object),
    age(object, context),
    object.spec?.signerName || "<none>",
    object.spec?.username ?? "",
    object.spec?.expirationSeconds === undefined ? "<none>" : humanDuration(object.spec.expirationSeconds * 1000),
    state(object),
  ],
  fieldNames: ["spec.signerName"],
  fields: (object: Draft) => ({ "spec.signerName": object.spec?.signerName ?? "" }),
  strategy: {
    ...PLAIN,
    validateName: () => [],
    prepareForCreate: (draft, context) => {
      takeUser(draft, context.user);
      draft.status = {};
    },
    validate: (object) => [...check(spec, object.spec, fieldPath("spec")), ...conditionErrors(object)],
    prepareForUpdate: (draft, old) => {
      draft.spec = old.spec;
      draft.status = old.status;
    },
    validateUpdate: validateUpdate("main"),
  },
  statusStrategy: {
    prepareForUpdate: (draft, old, context) => {
      keepSpec(draft, old);
      keepApproval(draft, old);
      stampConditions(draft, old, context.now);
    },
    validateUpdate: validateUpdate("status"),
  },
  subresourceStrategies: {
    approval: {
      prepareForUpdate: (draft, old, context) => {
        stampConditions(draft, old, context.now);
        draft.spec = old.spec;
        draft.status = { ...old.status, conditions: draft.status?.conditions };
      },
      validateUpdate: validateUpdate("approval"),
    },
  },
};
