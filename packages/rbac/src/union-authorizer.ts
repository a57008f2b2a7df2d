import type { AuthorizationAttributes, AuthorizationDecision, Authorizer, EffectiveRule } from "./contract.ts";
import { aggregate } from "./messages.ts";

/** Who may do everything, whatever the roles say. */
export const PRIVILEGED_GROUP = "system:masters" as const;

const NO_RULES = Object.freeze({ rules: Object.freeze([]), incomplete: false });

/**
 * Asks one authorizer after the other until one allows or denies. When none does, the answer is `no-opinion` with all
 * reasons, one a line.
 */
export function createUnionAuthorizer(members: readonly Authorizer[]): Authorizer {
  return {
    async authorize(attributes) {
      const reasons: string[] = [];
      for (const member of members) {
        const decision = await decide(member, attributes);
        if (decision.decision !== "no-opinion") return decision;
        if (decision.reason !== "") reasons.push(decision.reason);
      }
      return { decision: "no-opinion", reason: reasons.join("\n") };
    },
    async rulesFor(user, namespace) {
      const rules: EffectiveRule[] = [];
      const errors: string[] = [];
      let incomplete = false;
      for (const member of members) {
        const answer = await member.rulesFor(user, namespace);
        rules.push(...answer.rules);
        incomplete ||= answer.incomplete;
        if (answer.evaluationError !== undefined) errors.push(answer.evaluationError);
      }
      return { rules, incomplete, ...(errors.length === 0 ? {} : { evaluationError: aggregate(errors) }) };
    },
  };
}

/** A member that fails has no opinion; why it failed is the reason. */
async function decide(member: Authorizer, attributes: AuthorizationAttributes): Promise<AuthorizationDecision> {
  try {
    return await member.authorize(attributes);
  } catch (error) {
    return { decision: "no-opinion", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Allows everything to the members of some groups, `system:masters` by default. */
export function createPrivilegedGroupAuthorizer(groups: readonly string[] = [PRIVILEGED_GROUP]): Authorizer {
  return {
    async authorize({ user }) {
      const privileged = user.groups.some((group) => groups.includes(group));
      return { decision: privileged ? "allow" : "no-opinion", reason: "" };
    },
    rulesFor: async () => NO_RULES,
  };
}

/** Allows everything to everybody: for a control plane whose only users are its own process's. */
export function createAlwaysAllowAuthorizer(): Authorizer {
  const everything: readonly EffectiveRule[] = [
    { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
    { verbs: ["*"], nonResourceURLs: ["*"] },
  ];
  return {
    authorize: async () => ({ decision: "allow", reason: "" }),
    rulesFor: async () => ({ rules: everything, incomplete: false }),
  };
}
