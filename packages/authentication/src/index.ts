/**
 * Who asks? The authenticators of a Kubernetes API server: identities of the same process, client certificates, static
 * tokens, service account tokens (issued and verified, bound to pods, secrets and nodes), bootstrap tokens, anonymous.
 *
 * ```ts
 * import { createClusterAuthentication, parseTokenFile } from "@pinnace/authentication";
 *
 * const { tokenReviewer } = createClusterAuthentication(
 *   { clock: { now: () => 0 }, lookup: { get: async () => undefined } },
 *   { staticTokens: parseTokenFile('secret,jane,42,"devs,ops"') },
 * );
 * const review = await tokenReviewer.reviewToken("secret");
 * if (review.user.username !== "jane") throw new Error(review.error);
 * ```
 *
 * Users and groups are upstream's: `system:serviceaccount:<namespace>:<name>`, `system:authenticated`,
 * `system:unauthenticated`, `system:bootstrappers`. Credentials that are wrong are a 401, never anonymous.
 *
 * @packageDocumentation
 */
export { BOOTSTRAPPERS_GROUP, createBootstrapTokenAuthenticator } from "./bootstrap-token.ts";
export { createCertificateAuthenticator } from "./certificate-authenticator.ts";
export {
  AUTHENTICATION_OPTIONS,
  type AuthenticationOptions,
  type ClusterAuthentication,
  createClusterAuthentication,
} from "./cluster-authentication.ts";
export * from "./contract.ts";
export { type AuthenticatorOptions, createAuthenticator, createTokenReviewer } from "./create-authenticator.ts";
export {
  ANONYMOUS,
  ANONYMOUS_USER,
  AUTHENTICATED_GROUP,
  UNAUTHENTICATED_GROUP,
  withAuthenticatedGroup,
} from "./groups.ts";
export { createClientLookup, type LookupKind, type LookupObject, type ObjectLookup } from "./object-lookup.ts";
export { serviceAccountGroups, serviceAccountUserName } from "./service-account/claims.ts";
export { createServiceAccountKeys, type ServiceAccountKeys } from "./service-account/key-set.ts";
export { type TokenAlgorithm, type TokenKey, TokenKeyError, type TokenKeyErrorCode } from "./service-account/keys.ts";
export {
  createServiceAccountAuthenticator,
  type ServiceAccountAuthenticatorOptions,
} from "./service-account/service-account-authenticator.ts";
export { createTokenIssuer, DEFAULT_ISSUER, type TokenIssuerOptions } from "./service-account/token-issuer.ts";
export { type TokenAuthenticator, type TokenVerdict, unionTokenAuthenticator } from "./token-authenticator.ts";
export {
  createStaticTokenAuthenticator,
  parseTokenFile,
  TokenFileError,
  type TokenFileErrorCode,
} from "./token-file.ts";
