import type { Clock } from "@pinnace/clock";
import type { LookupObject, ObjectLookup } from "./object-lookup.ts";
import { type TokenAuthenticator, UNKNOWN_TOKEN } from "./token-authenticator.ts";

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;
/** The group of everybody who joins with a bootstrap token. */
export const BOOTSTRAPPERS_GROUP = "system:bootstrappers" as const;

/**
 * Bootstrap tokens `<id>.<secret>`: Secrets `bootstrap-token-<id>` of type `bootstrap.kubernetes.io/token` in
 * `kube-system` with `usage-bootstrap-authentication: "true"` that have not expired. The user is
 * `system:bootstrap:<id>`, in `system:bootstrappers` and the groups that `auth-extra-groups` names.
 */
export function createBootstrapTokenAuthenticator(options: {
  readonly clock: Pick<Clock, "now">;
  readonly lookup: ObjectLookup;
}): TokenAuthenticator {
  return {
    async authenticateToken(token, audiences) {
      const [, id, secret] = TOKEN.exec(token) ?? [];
      if (id === undefined || secret === undefined) return UNKNOWN_TOKEN;
      const object = await options.lookup.get("Secret", "kube-system", `bootstrap-token-${id}`);
      const data = object && validData(object, options.clock.now());
      if (data === undefined || data("token-id") !== id || !sameText(data("token-secret"), secret))
        return UNKNOWN_TOKEN;
      const extraGroups = parseGroups(data("auth-extra-groups"));
      if (extraGroups === undefined) return UNKNOWN_TOKEN;
      return {
        type: "authenticated",
        user: { name: `system:bootstrap:${id}`, groups: [BOOTSTRAPPERS_GROUP, ...extraGroups] },
        audiences,
      };
    },
  };
}

function validData(secret: LookupObject, now: number): ((key: string) => string) | undefined {
  const data = (key: string): string => decode(secret.data?.[key] ?? "");
  if (secret.type !== "bootstrap.kubernetes.io/token" || secret.metadata?.deletionTimestamp !== undefined)
    return undefined;
  if (data("usage-bootstrap-authentication") !== "true") return undefined;
  const expiration = data("expiration");
  // An expiration that cannot be read counts as passed.
  return expiration === "" || now < Date.parse(expiration) ? data : undefined;
}

function parseGroups(text: string): readonly string[] | undefined {
  if (text === "") return [];
  const groups = text.split(",").sort();
  return groups.every((group) => GROUP.test(group)) ? [...new Set(groups)] : undefined;
}

function decode(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
}

/** Compares in a time that does not depend on where the texts differ. */
function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
