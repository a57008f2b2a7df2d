import type { UserInfo } from "@pinnace/apimachinery";
import type { Clock } from "@pinnace/clock";
import { createBootstrapTokenAuthenticator } from "./bootstrap-token.ts";
import type { Authenticator, TokenIssuer, TokenReviewer } from "./contract.ts";
import { createAuthenticator, createTokenReviewer } from "./create-authenticator.ts";
import type { ObjectLookup } from "./object-lookup.ts";
import { createServiceAccountKeys } from "./service-account/key-set.ts";
import { createServiceAccountAuthenticator } from "./service-account/service-account-authenticator.ts";
import { createTokenIssuer } from "./service-account/token-issuer.ts";
import { createStaticTokenAuthenticator } from "./token-file.ts";

/** The DI token of the {@link AuthenticationOptions}; optional. */
export const AUTHENTICATION_OPTIONS: unique symbol = Symbol.for("pinnace.authentication.options") as never;

/** What an operator may choose. */
export interface AuthenticationOptions {
  /** Static tokens, see `parseTokenFile`. */
  readonly staticTokens?: ReadonlyMap<string, UserInfo>;
  /** PEM keys of service account tokens, see `createServiceAccountKeys`. None: one key for the life of the process. */
  readonly serviceAccountKeys?: readonly string[];
  readonly issuer?: string;
  readonly apiAudiences?: readonly string[];
  /** True by default. */
  readonly anonymous?: boolean;
}

/** Everything about authentication that an API server needs. */
export interface ClusterAuthentication {
  readonly authenticator: Authenticator;
  readonly tokenReviewer: TokenReviewer;
  readonly tokenIssuer: TokenIssuer;
}

/** Puts all authenticators of a cluster together: static tokens, bootstrap tokens, service account tokens. */
export function createClusterAuthentication(
  components: {
    readonly clock: Pick<Clock, "now">;
    readonly lookup: ObjectLookup;
    /** Makes token ids, `crypto.randomUUID` by default. */
    readonly uuid?: () => string;
  },
  options: AuthenticationOptions = {},
): ClusterAuthentication {
  const { clock, lookup, uuid } = components;
  const { issuer, apiAudiences, anonymous, staticTokens = new Map() } = options;
  const keys = createServiceAccountKeys(options.serviceAccountKeys);
  const tokenIssuer = createTokenIssuer({
    clock,
    keys,
    ...(uuid && { uuid }),
    ...(issuer && { issuer }),
    ...(apiAudiences && { apiAudiences }),
  });
  const settings = {
    apiAudiences: tokenIssuer.apiAudiences,
    ...(anonymous === undefined ? {} : { anonymous }),
    tokens: [
      createStaticTokenAuthenticator(staticTokens),
      createServiceAccountAuthenticator({ clock, keys, lookup, issuer: tokenIssuer.issuer }),
      createBootstrapTokenAuthenticator({ clock, lookup }),
    ],
  };
  return {
    tokenIssuer,
    authenticator: createAuthenticator(settings),
    tokenReviewer: createTokenReviewer(settings),
  };
}
