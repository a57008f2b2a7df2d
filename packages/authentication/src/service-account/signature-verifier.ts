import type { ServiceAccountPayload } from "./claims.ts";
import type { ServiceAccountKeys } from "./key-set.ts";

/** How many verified tokens are remembered; each pod has one or two. */
const REMEMBERED = 4096;

/** The payload of a token with a good signature; `unknown` when it is no JWT of this issuer, `invalid` for a bad signature. */
type VerifiedToken = ServiceAccountPayload | "unknown" | "invalid";

/** Verifies signatures, each token's once. Time and liveness are the caller's, as they change. */
export function createSignatureVerifier(
  keys: ServiceAccountKeys,
  issuer: string,
): (token: string) => Promise<VerifiedToken> {
  const verified = new Map<string, ServiceAccountPayload>();
  return async (token) => {
    const known = verified.get(token);
    if (known !== undefined) return known;
    const claimed = claimsOf(token);
    if (claimed === undefined || claimed.iss !== issuer) return "unknown";
    if (!(await hasGoodSignature(token, keys)) || claimed["kubernetes.io"]?.serviceaccount === undefined)
      return "invalid";
    if (verified.size >= REMEMBERED) verified.delete(verified.keys().next().value ?? "");
    verified.set(token, claimed);
    return claimed;
  };
}

async function hasGoodSignature(token: string, keys: ServiceAccountKeys): Promise<boolean> {
  const [{ compactVerify }, candidates] = await Promise.all([import("jose/jws/compact/verify"), keys.all()]);
  for (const key of candidates) {
    try {
      await compactVerify(token, key.publicKey, { algorithms: [key.algorithm] });
      return true;
    } catch (error) {
      if (!isVerificationFailure(error)) throw error;
    }
  }
  return false;
}

/** jose's errors about the token carry codes `ERR_J...`; its `TypeError`s about the key do not. */
function isVerificationFailure(error: unknown): boolean {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith("ERR_J");
}

/** The claims of a JWT without looking at its signature. */
function claimsOf(token: string): ServiceAccountPayload | undefined {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  try {
    const text = atob((parts[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"));
    const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (c) => c.charCodeAt(0))));
    return typeof claims === "object" && claims !== null && Array.isArray(claims.aud) ? claims : undefined;
  } catch {
    return undefined;
  }
}
