import type { TokenClaims } from "../contract.ts";

/** A reference inside a token. */
export interface ClaimRef {
  readonly name: string;
  readonly uid: string;
}

/** The payload of a service account token. Instants are whole seconds since the epoch. */
export interface ServiceAccountPayload {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly jti: string;
  readonly "kubernetes.io": {
    readonly namespace: string;
    readonly node?: ClaimRef;
    readonly pod?: ClaimRef;
    readonly secret?: ClaimRef;
    readonly serviceaccount: ClaimRef;
    readonly warnafter?: number;
  };
  readonly nbf: number;
  readonly sub: string;
}

/** What kubelets ask for by default: an hour, and 7 seconds that mark the request as theirs. */
const KUBELET_EXPIRATION = 60 * 60 + 7;
/** How long such a token really lives, so that clients which never reload it keep working (KEP-1205). */
const EXTENDED_EXPIRATION = 365 * 24 * 60 * 60;

/** Whether a token is a kubelet's default one for the API server, whose life is extended. */
export function isExtended(claims: TokenClaims, apiAudiences: readonly string[]): boolean {
  return (
    claims.boundObject?.kind === "Pod" &&
    claims.expirationSeconds === KUBELET_EXPIRATION &&
    claims.audiences.every((audience) => apiAudiences.includes(audience))
  );
}

/** The payload of a token issued at `now` (seconds). Members are in upstream's order. */
export function payloadOf(
  claims: TokenClaims,
  options: { readonly now: number; readonly issuer: string; readonly id: string; readonly extended: boolean },
): ServiceAccountPayload {
  const { now, issuer, id, extended } = options;
  const { boundObject, namespace, serviceAccount } = claims;
  const bound = boundObject && { name: boundObject.name, uid: boundObject.uid };
  const node = boundObject?.kind === "Node" ? bound : claims.node;
  return {
    aud: claims.audiences,
    exp: now + (extended ? EXTENDED_EXPIRATION : claims.expirationSeconds),
    iat: now,
    iss: issuer,
    jti: id,
    "kubernetes.io": {
      namespace,
      ...(node === undefined ? {} : { node: { name: node.name, uid: node.uid } }),
      ...(bound !== undefined && boundObject?.kind === "Pod" ? { pod: bound } : {}),
      ...(bound !== undefined && boundObject?.kind === "Secret" ? { secret: bound } : {}),
      serviceaccount: { name: serviceAccount.name, uid: serviceAccount.uid },
      ...(extended ? { warnafter: now + claims.expirationSeconds } : {}),
    },
    nbf: now,
    sub: serviceAccountUserName(namespace, serviceAccount.name),
  };
}

/** `system:serviceaccount:<namespace>:<name>`. */
export function serviceAccountUserName(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The groups of every service account of a namespace. */
export function serviceAccountGroups(namespace: string): readonly string[] {
  return ["system:serviceaccounts", `system:serviceaccounts:${namespace}`];
}
