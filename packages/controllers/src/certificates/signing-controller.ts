import { CERTIFICATE_SIGNING_REQUESTS, type CertificateSigningRequest } from "@pinnace/api";
import { hasReason, objectKey } from "@pinnace/apimachinery";
import { type ControllerFactory, watchOf } from "@pinnace/controller-runtime";
import type { CertificateSigner } from "./certificate-signer.ts";
import { hasCondition, isApproved, requestPem, withRequestCondition } from "./request-state.ts";
import { SIGNER_RULES } from "./signer-rules.ts";

const SECOND = 1000;
/** Milliseconds: a year at most and by default (`--cluster-signing-duration`), ten minutes at least. */
const LONGEST = 365 * 24 * 3600 * SECOND;
const SHORTEST = 600 * SECOND;

/** Signs approved CertificateSigningRequests of the built-in signers, or says in `Failed` why it does not. */
export function certificateSigningController(signer: CertificateSigner): ControllerFactory {
  return {
    name: "certificatesigningrequest-signing-controller",
    serviceAccount: "certificate-controller",
    create: ({ client, informers, clock }) => {
      const requests = informers.informer(CERTIFICATE_SIGNING_REQUESTS);
      const waiting = (request: CertificateSigningRequest): boolean =>
        isApproved(request) && !hasCondition(request, "Failed") && !request.status?.certificate;
      return {
        concurrency: 5,
        watches: [
          watchOf(requests, ({ type, object }) => (type !== "delete" && waiting(object) ? [objectKey(object)] : [])),
        ],
        reconcile: async (key) => {
          const request = requests.lister.get(key);
          const rule = SIGNER_RULES.get(request?.spec.signerName ?? "");
          if (request === undefined || rule === undefined || !waiting(request)) return undefined;
          const usages = request.spec.usages ?? [];
          const message = rule(await signer.parse(requestPem(request)), usages);
          const next =
            message === undefined
              ? { ...request, status: { ...request.status, certificate: await signed(signer, request) } }
              : withRequestCondition(
                  request,
                  { type: "Failed", reason: "SignerValidationFailure", message },
                  clock.now(),
                );
          try {
            await client.resource(CERTIFICATE_SIGNING_REQUESTS).updateStatus(next);
          } catch (error) {
            if (!hasReason(error, "NotFound")) throw error;
          }
          return undefined;
        },
      };
    },
  };
}

async function signed(signer: CertificateSigner, { spec, ...rest }: CertificateSigningRequest): Promise<string> {
  const { expirationSeconds, usages = [] } = spec;
  const wanted = expirationSeconds === undefined ? LONGEST : expirationSeconds * SECOND;
  const lifetime = Math.min(LONGEST, Math.max(SHORTEST, wanted));
  const extended = [
    ...(usages.includes("client auth") ? (["client"] as const) : []),
    ...(usages.includes("server auth") ? (["server"] as const) : []),
  ];
  return btoa(await signer.sign(requestPem({ ...rest, spec }), { usages: extended, lifetime }));
}
