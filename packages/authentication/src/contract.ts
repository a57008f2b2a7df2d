import type { ApiRequest, UserInfo } from "@pinnace/apimachinery";

/** The DI token of the {@link Authenticator}. */
export const AUTHENTICATOR: unique symbol = Symbol.for("pinnace.authentication.authenticator") as never;

/** Who a request comes from. `audiences` are those of a token that the server itself accepts. */
export interface Authenticated {
  readonly user: UserInfo;
  readonly audiences?: readonly string[];
}

/**
 * Finds out who asks. Called once for each request, before anything else. `undefined` means "no credentials that I
 * know": the next authenticator is asked, and after the last one the request is anonymous. Throws `StatusError` 401
 * (`Unauthorized`) for credentials that are wrong.
 */
export interface Authenticator {
  authenticate(request: ApiRequest): Promise<Authenticated | undefined>;
}

/** The DI token of the {@link TokenReviewer}. */
export const TOKEN_REVIEWER: unique symbol = Symbol.for("pinnace.authentication.token-reviewer") as never;

/** What a TokenReview answers, in the shape of its `status` (authentication/v1 TokenReviewStatus). */
export interface TokenReviewResult {
  /** Absent when the token is not valid. */
  readonly authenticated?: true;
  /** `{}` when the token is not valid. */
  readonly user: {
    readonly username?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  /** Those asked for that the token is good for. */
  readonly audiences?: readonly string[];
  /** Why the token is not valid. */
  readonly error?: string;
}

/** Judges a bearer token for somebody else: the TokenReview API. */
export interface TokenReviewer {
  /** `audiences` empty or absent: those of the API server. Never rejects because of the token. */
  reviewToken(token: string, audiences?: readonly string[]): Promise<TokenReviewResult>;
}

/** What a service account token is made for (authentication/v1 TokenRequest and KEP-1205 bound tokens). */
export interface TokenClaims {
  readonly namespace: string;
  readonly serviceAccount: { readonly name: string; readonly uid: string };
  /** The object that the token dies with. */
  readonly boundObject?: { readonly kind: "Pod" | "Secret" | "Node"; readonly name: string; readonly uid: string };
  /** For a Pod-bound token: the node that the pod is on. */
  readonly node?: { readonly name: string; readonly uid: string };
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
}

/** The DI token of the {@link TokenIssuer}. */
export const TOKEN_ISSUER: unique symbol = Symbol.for("pinnace.authentication.token-issuer") as never;

/** Signs service account tokens. The public keys go to `/openid/v1/jwks`. */
export interface TokenIssuer {
  readonly issuer: string;
  /** Audiences of the API server, used when a request names none. */
  readonly apiAudiences: readonly string[];
  /** Signature algorithms of the keys, for the discovery document: `ES256`, `RS256`. */
  readonly algorithms: readonly string[];
  issue(
    claims: TokenClaims,
  ): Promise<{ readonly token: string /** Milliseconds since the epoch. */; readonly expiresAt: number }>;
  /** The JSON Web Key Set. */
  jwks(): Promise<{ readonly keys: readonly object[] }>;
}
