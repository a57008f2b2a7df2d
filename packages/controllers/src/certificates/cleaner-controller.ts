import { CERTIFICATE_SIGNING_REQUESTS, type CertificateSigningRequest } from "@pinnace/api";
import { hasReason, timeOf } from "@pinnace/apimachinery";
import type { ControllerFactory } from "@pinnace/controller-runtime";
import { findCondition } from "@pinnace/controller-runtime";

const HOUR = 3600 * 1000;
/** Milliseconds that a request stays after its last word; one that nobody decides on stays a day. */
const KEPT = HOUR;
const KEPT_PENDING = 24 * HOUR;
const SWEEP = "sweep";

/** Deletes old CertificateSigningRequests once an hour. */
export const certificateCleanerController: ControllerFactory = {
  name: "certificatesigningrequest-cleaner-controller",
  serviceAccount: "certificate-controller",
  create: ({ client, informers, clock }) => {
    const requests = informers.informer(CERTIFICATE_SIGNING_REQUESTS);
    return {
      watches: [{ informer: requests, keys: () => [] }],
      initialKeys: [SWEEP],
      reconcile: async () => {
        for (const request of requests.lister.list()) {
          if (!isOutdated(request, clock.now())) continue;
          try {
            await client.resource(CERTIFICATE_SIGNING_REQUESTS).delete(request.metadata?.name ?? "");
          } catch (error) {
            if (!hasReason(error, "NotFound")) throw error;
          }
        }
        return { requeueAfter: HOUR };
      },
    };
  },
};

/** Whether a request has been signed, refused or ignored for so long that it goes. `now` in milliseconds. */
export function isOutdated({ metadata, status }: CertificateSigningRequest, now: number): boolean {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return now - (timeOf(metadata?.creationTimestamp) ?? now) > KEPT_PENDING;
  const decided = ["Denied", "Failed", ...(status?.certificate ? ["Approved"] : [])];
  return decided.some((type) => now - (timeOf(findCondition(conditions, type)?.lastUpdateTime) ?? now) > KEPT);
}
