import type { UserInfo } from "@pinnace/apimachinery";

/**
 * What an authenticator says about a bearer token: whose it is, that it is not one of its kind (`unknown`: the next is
 * asked), or that it is one of its kind and not valid.
 */
export type TokenVerdict =
  | { readonly type: "authenticated"; readonly user: UserInfo; readonly audiences?: readonly string[] }
  | { readonly type: "unknown" }
  | { readonly type: "rejected"; readonly reason: string };

/** Knows one kind of bearer token. */
export interface TokenAuthenticator {
  /** `audiences`: for whom the token must be meant, never empty. Never rejects because of the token. */
  authenticateToken(token: string, audiences: readonly string[]): Promise<TokenVerdict>;
}

/** The verdict of an authenticator that does not know the token. */
export const UNKNOWN_TOKEN: TokenVerdict = Object.freeze({ type: "unknown" });

/**
 * Asks one after the other until one knows the token. When none does, the reasons are joined as upstream joins errors:
 * one alone, several as `[a, b]`, duplicates dropped.
 */
export function unionTokenAuthenticator(members: readonly TokenAuthenticator[]): TokenAuthenticator {
  return {
    async authenticateToken(token, audiences) {
      const reasons: string[] = [];
      for (const member of members) {
        const verdict = await member.authenticateToken(token, audiences);
        if (verdict.type === "authenticated") return verdict;
        if (verdict.type === "rejected") reasons.push(verdict.reason);
      }
      return reasons.length === 0 ? UNKNOWN_TOKEN : { type: "rejected", reason: aggregate(reasons) };
    },
  };
}

/** Joins messages: `a`, or `[a, b]`. */
function aggregate(messages: readonly string[]): string {
  const distinct = [...new Set(messages)];
  return distinct.length === 1 ? (distinct[0] ?? "") : `[${distinct.join(", ")}]`;
}
