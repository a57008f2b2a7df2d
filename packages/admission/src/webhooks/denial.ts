import { badRequest, type Draft, StatusError } from "@pinnace/apimachinery";

/** What a client is told when a webhook refuses: the webhook's own status, with at least 400. */
export function denial(webhook: string, result: Draft): StatusError {
  const { code = 0, reason = "", message = "", details } = result ?? {};
  const denied = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const why = message || reason;
  return new StatusError(
    Math.max(code, 400),
    reason,
    why === "" ? `${denied} without explanation` : `${denied}: ${why}`,
    details,
  );
}

/** Whether a webhook may be called for a dry run. */
export function checkSideEffects(webhook: string, sideEffects: string): void {
  if (sideEffects === "None" || sideEffects === "NoneOnDryRun") return;
  throw badRequest(`admission webhook ${JSON.stringify(webhook)} does not support dry run`);
}
