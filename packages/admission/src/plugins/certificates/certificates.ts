import { type Draft, deepEqual } from "@pinnace/apimachinery";
import type { Authorizer } from "@pinnace/rbac";
import type { AdmissionComponents } from "../../components.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contract.ts";
import { refusal } from "../../refusal.ts";
import { isRequest } from "../../request-kind.ts";
import { organizationsOf } from "./csr-subject.ts";

const REQUESTS = "certificatesigningrequests.certificates.k8s.io";
const CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";

/** `CertificateApproval`: who approves or denies a request may `approve` for its signer. */
export function createCertificateApproval({ authorizer }: Pick<AdmissionComponents, "authorizer">): AdmissionPlugin {
  return {
    name: "CertificateApproval",
    handles: (request) => isRequest(request, `${REQUESTS}/approval`, "UPDATE"),
    validate: (request) => checkSigner(authorizer, request, "approve"),
  };
}

/** `CertificateSigning`: who sets the certificate or the conditions of a request may `sign` for its signer. */
export function createCertificateSigning({ authorizer }: Pick<AdmissionComponents, "authorizer">): AdmissionPlugin {
  return {
    name: "CertificateSigning",
    handles: (request) => isRequest(request, `${REQUESTS}/status`, "UPDATE"),
    async validate(request) {
      const [now, old]: readonly Draft[] = [request.object.status ?? {}, (request.oldObject as Draft)?.status ?? {}];
      if (now.certificate === old.certificate && deepEqual(now.conditions ?? [], old.conditions ?? [])) return;
      await checkSigner(authorizer, request, "sign");
    },
  };
}

/** `CertificateSubjectRestriction`: nobody gets into `system:masters` by a client certificate of the cluster's signer. */
export function createCertificateSubjectRestriction(): AdmissionPlugin {
  return {
    name: "CertificateSubjectRestriction",
    handles: (request) => isRequest(request, REQUESTS, "CREATE"),
    async validate(request) {
      const { signerName, request: csr } = request.object.spec;
      if (signerName !== CLIENT_SIGNER) return;
      const organizations = organizationsOf(csr);
      if (organizations === undefined) throw refusal(request, "failed to parse CSR");
      if (organizations.includes("system:masters"))
        throw refusal(request, `use of ${CLIENT_SIGNER} signer with system:masters group is not allowed`);
    },
  };
}

/** Asks about the signer by its name, then about all signers of its domain. */
async function checkSigner(authorizer: Authorizer, request: AdmissionRequest, verb: string): Promise<void> {
  const signerName: string = (request.oldObject as Draft)?.spec?.signerName ?? "";
  for (const name of [signerName, `${signerName.split("/")[0]}/*`]) {
    const about = { group: "certificates.k8s.io", version: "*", resource: "signers", subresource: "", namespace: "" };
    const answer = await authorizer.authorize({
      user: request.user,
      verb,
      resourceRequest: true,
      path: "",
      name,
      ...about,
    });
    if (answer.decision === "allow") return;
  }
  throw refusal(request, `user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`);
}
