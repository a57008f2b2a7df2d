import { timeout } from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";

/**
 * An error of the store as clients know it: 504 Timeout for a write of which the store cannot tell whether it was made, as
 * for a request that took too long. Anything else as it is.
 */
export function withStatus(error: unknown): unknown {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return code === "OUTCOME_UNKNOWN" ? timeout(messageOf(error)) : error;
}
