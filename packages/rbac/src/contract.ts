import type { UserInfo } from "@pinnace/apimachinery";

/** The DI token of the {@link Authorizer}. */
export const AUTHORIZER: unique symbol = Symbol.for("pinnace.rbac.authorizer") as never;

/** What somebody wants to do (authorization/v1 SubjectAccessReviewSpec). */
export interface AuthorizationAttributes {
  readonly user: UserInfo;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, special verbs; HTTP verb for paths. */
  readonly verb: string;
  /** False for non-resource paths such as `/healthz`. */
  readonly resourceRequest: boolean;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** `no-opinion` lets the next authorizer decide; after the last one it means "denied". `reason` is shown to the client. */
export interface AuthorizationDecision {
  readonly decision: "allow" | "deny" | "no-opinion";
  readonly reason: string;
}

/** A rule that a user has (authorization/v1 ResourceRule and NonResourceRule). */
export interface EffectiveRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** Decides. Called once for each request after authentication, and by access reviews. Never rejects. */
export interface Authorizer {
  authorize(attributes: AuthorizationAttributes): Promise<AuthorizationDecision>;
  /** What a user may do in a namespace, for SelfSubjectRulesReview; `incomplete` when something cannot be enumerated. */
  rulesFor(
    user: UserInfo,
    namespace: string,
  ): Promise<{
    readonly rules: readonly EffectiveRule[];
    readonly incomplete: boolean;
    readonly evaluationError?: string;
  }>;
}
