import { unauthorized } from "@pinnace/apimachinery";
import { bearerToken } from "./bearer-token.ts";
import { createCertificateAuthenticator } from "./certificate-authenticator.ts";
import type { Authenticated, Authenticator, TokenReviewer } from "./contract.ts";
import { ANONYMOUS_USER, withAuthenticatedGroup } from "./groups.ts";
import { type TokenAuthenticator, unionTokenAuthenticator } from "./token-authenticator.ts";

export interface AuthenticatorOptions {
  /** Asked in this order about bearer tokens. */
  readonly tokens?: readonly TokenAuthenticator[];
  /** Audiences that a token must be meant for; a token for none of them is refused. */
  readonly apiAudiences: readonly string[];
  /** Whether requests without credentials are `system:anonymous` (the default, as upstream) or refused. */
  readonly anonymous?: boolean;
}

const INVALID_TOKEN = "invalid bearer token";

/**
 * The API server's authenticator: an identity that the composition vouches for, a client certificate, a bearer token,
 * and else anonymous. Wrong credentials are a 401 even where anonymous requests would be allowed.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const certificates = createCertificateAuthenticator();
  const tokens = unionTokenAuthenticator(options.tokens ?? []);
  const byToken = async (token: string): Promise<Authenticated> => {
    const verdict = await tokens.authenticateToken(token, options.apiAudiences);
    if (verdict.type !== "authenticated") throw unauthorized();
    const user = withAuthenticatedGroup(verdict.user);
    return verdict.audiences === undefined ? { user } : { user, audiences: verdict.audiences };
  };
  return {
    async authenticate(request) {
      if (request.user !== undefined) return { user: withAuthenticatedGroup(request.user) };
      const certified = await certificates.authenticate(request);
      if (certified !== undefined) return { user: withAuthenticatedGroup(certified.user) };
      const bearer = bearerToken(request);
      if (bearer !== undefined) {
        if ("invalid" in bearer) throw unauthorized();
        return byToken(bearer.token);
      }
      if (options.anonymous === false) throw unauthorized();
      return { user: ANONYMOUS_USER };
    },
  };
}

/** The TokenReview API over the same token authenticators. */
export function createTokenReviewer(options: AuthenticatorOptions): TokenReviewer {
  const tokens = unionTokenAuthenticator(options.tokens ?? []);
  return {
    async reviewToken(token, audiences = []) {
      const target = audiences.length === 0 ? options.apiAudiences : audiences;
      const verdict = await tokens.authenticateToken(token, target);
      if (verdict.type === "unknown") return { user: {}, error: INVALID_TOKEN };
      if (verdict.type === "rejected") {
        const { reason } = verdict;
        // Upstream asks its own loopback token first, whose refusal precedes every other.
        return { user: {}, error: reason === INVALID_TOKEN ? INVALID_TOKEN : `[${INVALID_TOKEN}, ${reason}]` };
      }
      const { name, ...rest } = withAuthenticatedGroup(verdict.user);
      return { authenticated: true, user: { username: name, ...rest }, audiences: verdict.audiences ?? target };
    },
  };
}
