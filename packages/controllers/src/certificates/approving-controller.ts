import { CERTIFICATE_SIGNING_REQUESTS, type CertificateSigningRequest, SUBJECT_ACCESS_REVIEWS } from "@pinnace/api";
import { objectKey } from "@pinnace/apimachinery";
import type { Client } from "@pinnace/client";
import { type ControllerFactory, watchOf } from "@pinnace/controller-runtime";
import type { CertificateSigner } from "./certificate-signer.ts";
import { hasCondition, requestPem, withRequestCondition } from "./request-state.ts";
import { KUBELET_CLIENT_SIGNER, SIGNER_RULES } from "./signer-rules.ts";

interface Recognition {
  /** The subresource of certificatesigningrequests that the requester must be allowed to create. */
  readonly subresource: "selfnodeclient" | "nodeclient";
  readonly message: string;
}

const SELF: Recognition = {
  subresource: "selfnodeclient",
  message: "Auto approving self kubelet client certificate after SubjectAccessReview.",
};
const OTHER: Recognition = {
  subresource: "nodeclient",
  message: "Auto approving kubelet client certificate after SubjectAccessReview.",
};

/** Approves kubelets' requests for client certificates when RBAC lets the requester have them: how nodes join. */
export function certificateApprovingController(signer: CertificateSigner): ControllerFactory {
  return {
    name: "certificatesigningrequest-approving-controller",
    serviceAccount: "certificate-controller",
    create: ({ client, informers, clock }) => {
      const requests = informers.informer(CERTIFICATE_SIGNING_REQUESTS);
      const rule = SIGNER_RULES.get(KUBELET_CLIENT_SIGNER);
      return {
        concurrency: 5,
        watches: [
          watchOf(requests, ({ type, object }) => (type !== "delete" && undecided(object) ? [objectKey(object)] : [])),
        ],
        reconcile: async (key) => {
          const request = requests.lister.get(key);
          if (request === undefined || !undecided(request)) return undefined;
          const requested = await signer.parse(requestPem(request));
          if (rule?.(requested, request.spec.usages ?? []) !== undefined) return undefined;
          const self = request.spec.username === requested.commonName ? [SELF, OTHER] : [OTHER];
          const recognition = await firstAllowed(client, request, self);
          if (recognition === undefined)
            throw new Error(`recognized csr "${key}" but subject access review was not approved`);
          const condition = { type: "Approved", reason: "AutoApproved", message: recognition.message };
          const body = withRequestCondition(request, condition, clock.now());
          await client.resource(CERTIFICATE_SIGNING_REQUESTS).subresource(key, "approval", { method: "PUT", body });
          return undefined;
        },
      };
    },
  };
}

function undecided(request: CertificateSigningRequest): boolean {
  const decided = hasCondition(request, "Approved") || hasCondition(request, "Denied");
  return request.spec.signerName === KUBELET_CLIENT_SIGNER && !decided && !request.status?.certificate;
}

async function firstAllowed(
  client: Client,
  { spec }: CertificateSigningRequest,
  recognitions: readonly Recognition[],
): Promise<Recognition | undefined> {
  const { username: user = "", uid = "", groups = [], extra = {} } = spec;
  for (const recognition of recognitions) {
    const resourceAttributes = {
      group: "certificates.k8s.io",
      resource: "certificatesigningrequests",
      verb: "create",
      version: "*",
      subresource: recognition.subresource,
    };
    const review = await client
      .resource(SUBJECT_ACCESS_REVIEWS)
      .create({ spec: { user, uid, groups, extra, resourceAttributes } });
    if (review.status?.allowed) return recognition;
  }
  return undefined;
}
