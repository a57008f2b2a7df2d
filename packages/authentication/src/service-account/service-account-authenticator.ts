import type { UserInfo } from "@pinnace/apimachinery";
import type { Clock } from "@pinnace/clock";
import type { LookupKind, ObjectLookup } from "../object-lookup.ts";
import { type TokenAuthenticator, type TokenVerdict, UNKNOWN_TOKEN } from "../token-authenticator.ts";
import { type ClaimRef, type ServiceAccountPayload, serviceAccountGroups, serviceAccountUserName } from "./claims.ts";
import type { ServiceAccountKeys } from "./key-set.ts";
import { createSignatureVerifier } from "./signature-verifier.ts";

export interface ServiceAccountAuthenticatorOptions {
  readonly clock: Pick<Clock, "now">;
  readonly keys: ServiceAccountKeys;
  readonly issuer: string;
  readonly lookup: ObjectLookup;
}

/** Seconds by which clocks of issuer and verifier may differ, and a deletion may be late. */
const LEEWAY = 60;

/**
 * Service account tokens of this cluster: the signature, the time, the audience, and that the account and the object the
 * token is bound to still exist with the same uid. A token of another issuer is unknown.
 */
export function createServiceAccountAuthenticator(options: ServiceAccountAuthenticatorOptions): TokenAuthenticator {
  const { clock, issuer, lookup } = options;
  const verify = createSignatureVerifier(options.keys, issuer);
  return {
    async authenticateToken(token, audiences) {
      const payload = await verify(token);
      if (payload === "unknown") return UNKNOWN_TOKEN;
      if (payload === "invalid") return rejected("invalid bearer token");
      const granted = audiences.filter((audience) => payload.aud.includes(audience));
      if (granted.length === 0)
        return rejected(
          `token audiences ${quoted(payload.aud)} is invalid for the target audiences ${quoted(audiences)}`,
        );
      const reason = timeProblem(payload, clock.now() / 1000) ?? (await objectProblem(payload, lookup, clock.now()));
      if (reason !== undefined) return rejected(reason);
      return { type: "authenticated", user: userOf(payload), audiences: granted };
    },
  };
}

function rejected(reason: string): TokenVerdict {
  return { type: "rejected", reason };
}

function quoted(audiences: readonly string[]): string {
  return `[${audiences.map((audience) => JSON.stringify(audience)).join(" ")}]`;
}

function timeProblem(payload: ServiceAccountPayload, now: number): string | undefined {
  if (now > payload.exp + LEEWAY) return "service account token has expired";
  if (now < payload.nbf - LEEWAY) return "service account token is not valid yet";
  return undefined;
}

async function objectProblem(
  payload: ServiceAccountPayload,
  lookup: ObjectLookup,
  now: number,
): Promise<string | undefined> {
  const { namespace, serviceaccount, pod, secret, node } = payload["kubernetes.io"];
  const account = await lookup.get("ServiceAccount", namespace, serviceaccount.name);
  if (account === undefined) return `serviceaccounts "${serviceaccount.name}" not found`;
  if (wasDeleted(account.metadata?.deletionTimestamp, now))
    return `service account ${namespace}/${serviceaccount.name} has been deleted`;
  if (account.metadata?.uid !== serviceaccount.uid)
    return `service account UID (${account.metadata?.uid}) does not match claim (${serviceaccount.uid})`;
  if (secret !== undefined) return boundObjectProblem("Secret", namespace, secret, lookup, now);
  if (pod !== undefined) return boundObjectProblem("Pod", namespace, pod, lookup, now);
  return node && boundObjectProblem("Node", "", node, lookup, now);
}

async function boundObjectProblem(
  kind: LookupKind,
  namespace: string,
  ref: ClaimRef,
  lookup: ObjectLookup,
  now: number,
): Promise<string | undefined> {
  const object = await lookup.get(kind, namespace, ref.name);
  if (object === undefined || wasDeleted(object.metadata?.deletionTimestamp, now))
    return "service account token has been invalidated";
  if (object.metadata?.uid === ref.uid) return undefined;
  const claim = kind === "Pod" ? "service account pod ref claim" : `service account ${kind.toLowerCase()} ref claim`;
  return `${kind === "Secret" ? "secret" : kind.toLowerCase()} UID (${object.metadata?.uid}) does not match ${claim} (${ref.uid})`;
}

function wasDeleted(deletionTimestamp: string | undefined, now: number): boolean {
  return deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < now - LEEWAY * 1000;
}

function userOf(payload: ServiceAccountPayload): UserInfo {
  const { namespace, serviceaccount, pod, node } = payload["kubernetes.io"];
  const extra: Record<string, readonly string[]> = {
    "authentication.kubernetes.io/credential-id": [`JTI=${payload.jti}`],
  };
  if (node !== undefined) {
    extra["authentication.kubernetes.io/node-name"] = [node.name];
    extra["authentication.kubernetes.io/node-uid"] = [node.uid];
  }
  if (pod !== undefined) {
    extra["authentication.kubernetes.io/pod-name"] = [pod.name];
    extra["authentication.kubernetes.io/pod-uid"] = [pod.uid];
  }
  return {
    name: serviceAccountUserName(namespace, serviceaccount.name),
    uid: serviceaccount.uid,
    groups: serviceAccountGroups(namespace),
    extra,
  };
}
