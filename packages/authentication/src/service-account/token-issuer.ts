import type { Clock } from "@pinnace/clock";
import type { TokenClaims, TokenIssuer } from "../contract.ts";
import { isExtended, payloadOf } from "./claims.ts";
import type { ServiceAccountKeys } from "./key-set.ts";
import { toJsonWebKey } from "./keys.ts";

/** The issuer and the API audience when none is configured. */
export const DEFAULT_ISSUER = "https://kubernetes.default.svc.cluster.local" as const;

export interface TokenIssuerOptions {
  readonly clock: Pick<Clock, "now">;
  readonly keys: ServiceAccountKeys;
  /** The `iss` of tokens, {@link DEFAULT_ISSUER} by default. */
  readonly issuer?: string;
  /** The issuer by default. */
  readonly apiAudiences?: readonly string[];
  /** Makes the `jti`, `crypto.randomUUID` by default. */
  readonly uuid?: () => string;
}

/**
 * Signs service account tokens with the first key. A kubelet's default request (3607 seconds, bound to a pod, for the API
 * server) lives a year and warns after the time asked for, as upstream does by default; `expiresAt` is the time asked for.
 */
export function createTokenIssuer(options: TokenIssuerOptions): TokenIssuer {
  const { clock, keys, issuer = DEFAULT_ISSUER, uuid = () => crypto.randomUUID() } = options;
  const apiAudiences = options.apiAudiences ?? [issuer];
  return {
    issuer,
    apiAudiences,
    algorithms: keys.algorithms,
    async issue(claims: TokenClaims) {
      const now = Math.floor(clock.now() / 1000);
      const audienced = claims.audiences.length === 0 ? { ...claims, audiences: apiAudiences } : claims;
      const extended = isExtended(audienced, apiAudiences);
      const payload = payloadOf(audienced, { now, issuer, id: uuid(), extended });
      const [{ CompactSign }, key] = await Promise.all([import("jose/jws/compact/sign"), keys.signing()]);
      const token = await new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
        .setProtectedHeader({ alg: key.algorithm, kid: key.id })
        .sign(key.privateKey);
      return { token, expiresAt: (now + claims.expirationSeconds) * 1000 };
    },
    async jwks() {
      const all = await keys.all();
      return { keys: await Promise.all(all.map(toJsonWebKey)) };
    },
  };
}
