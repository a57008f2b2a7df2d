import type { CertificateSigningRequest } from "@pinnace/api";
import { formatTime } from "@pinnace/apimachinery";
import { findCondition } from "@pinnace/controller-runtime";

/** Whether somebody has approved the request and nobody has denied it. */
export function isApproved(request: CertificateSigningRequest): boolean {
  return hasCondition(request, "Approved") && !hasCondition(request, "Denied");
}

export function hasCondition({ status }: CertificateSigningRequest, type: "Approved" | "Denied" | "Failed"): boolean {
  return findCondition(status?.conditions, type) !== undefined;
}

/** The request with one more condition. `now` in milliseconds since the epoch. */
export function withRequestCondition(
  request: CertificateSigningRequest,
  condition: { readonly type: string; readonly reason: string; readonly message: string },
  now: number,
): CertificateSigningRequest {
  const time = formatTime(now);
  const added = { ...condition, status: "True", lastUpdateTime: time, lastTransitionTime: time };
  return { ...request, status: { ...request.status, conditions: [...(request.status?.conditions ?? []), added] } };
}

/** The PEM that `spec.request` holds in base64. */
export function requestPem({ spec }: CertificateSigningRequest): string {
  return atob(spec.request);
}
