import type { AuthorizationDecision, Authorizer, EffectiveRule } from "./contract.ts";
import { aggregate } from "./messages.ts";
import type { RoleLookup } from "./role-lookup.ts";
import { ruleAllows } from "./rule-matching.ts";
import { resolveRules } from "./rule-resolver.ts";
import type { PolicyRule } from "./types.ts";

/**
 * Roles and bindings (RBAC). Waits until the roles can be read, then decides from memory. Bindings whose role is missing
 * are skipped and named in the reason of a denial.
 */
export function createRbacAuthorizer(lookup: RoleLookup): Authorizer {
  return {
    async authorize(attributes): Promise<AuthorizationDecision> {
      await lookup.ready();
      const errors: string[] = [];
      for (const resolved of resolveRules(lookup, attributes.user, attributes.namespace)) {
        if (resolved.rule === undefined) errors.push(resolved.error);
        else if (ruleAllows(resolved.rule, attributes))
          return { decision: "allow", reason: `RBAC: allowed by ${resolved.source()}` };
      }
      return { decision: "no-opinion", reason: errors.length === 0 ? "" : `RBAC: ${aggregate(errors)}` };
    },
    async rulesFor(user, namespace) {
      await lookup.ready();
      const rules: EffectiveRule[] = [];
      const errors: string[] = [];
      for (const resolved of resolveRules(lookup, user, namespace)) {
        if (resolved.rule === undefined) errors.push(resolved.error);
        else rules.push(...effectiveRules(resolved.rule));
      }
      return { rules, incomplete: false, ...(errors.length === 0 ? {} : { evaluationError: aggregate(errors) }) };
    },
  };
}

function effectiveRules(rule: PolicyRule): readonly EffectiveRule[] {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
  const effective: EffectiveRule[] = [];
  if (resources !== undefined && resources.length > 0)
    effective.push({
      verbs,
      apiGroups: apiGroups ?? [],
      resources,
      ...(resourceNames === undefined || resourceNames.length === 0 ? {} : { resourceNames }),
    });
  if (nonResourceURLs !== undefined && nonResourceURLs.length > 0) effective.push({ verbs, nonResourceURLs });
  return effective;
}
