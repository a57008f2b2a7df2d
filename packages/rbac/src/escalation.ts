import { forbidden, notFound, type UserInfo } from "@pinnace/apimachinery";
import type { Authorizer } from "./contract.ts";
import type { RoleLookup } from "./role-lookup.ts";
import { compactRules, describeRule, uncoveredRules } from "./rule-coverage.ts";
import { resolveRules, rulesOfRef } from "./rule-resolver.ts";
import { type PolicyRule, RBAC_GROUP, type RoleRef } from "./types.ts";
import { PRIVILEGED_GROUP } from "./union-authorizer.ts";

/** The DI token of the {@link EscalationCheck}. */
export const ESCALATION_CHECK: unique symbol = Symbol.for("pinnace.rbac.escalation-check") as never;

/** A role or binding about to be written: `resource` is its plural, `namespace` "" at the cluster scope. */
export interface EscalationRequest {
  readonly user: UserInfo;
  readonly resource: "roles" | "clusterroles" | "rolebindings" | "clusterrolebindings";
  readonly namespace: string;
  readonly name: string;
}

/**
 * Nobody grants rights that they do not have. Members of `system:masters` may; so may holders of the verb `escalate` on
 * the role, or `bind` on the role that a binding refers to.
 */
export interface EscalationCheck {
  /** Resolves when `user` may write a role with `rules`; else rejects with a 403 that lists the missing rights. */
  checkRole(request: EscalationRequest, rules: readonly PolicyRule[]): Promise<void>;
  /** The same for a binding to `roleRef`; 404 when there is no such role. */
  checkBinding(request: EscalationRequest, roleRef: RoleRef): Promise<void>;
}

export function createEscalationCheck(components: {
  readonly lookup: RoleLookup;
  readonly authorizer: Authorizer;
}): EscalationCheck {
  const { lookup, authorizer } = components;
  const mayAct = async (request: EscalationRequest, verb: string, resource: string, name: string): Promise<boolean> => {
    const { user, namespace } = request;
    const about = { group: RBAC_GROUP, version: "*", resource, subresource: "", namespace, name };
    const answer = await authorizer.authorize({ user, verb, resourceRequest: true, path: "", ...about });
    return answer.decision === "allow";
  };
  return {
    async checkRole(request, rules) {
      if (isPrivileged(request.user)) return;
      if (await mayAct(request, "escalate", request.resource, request.name)) return;
      await lookup.ready();
      confirmNoEscalation(lookup, request, rules);
    },
    async checkBinding(request, roleRef) {
      if (isPrivileged(request.user)) return;
      const resource = roleRef.kind === "ClusterRole" ? "clusterroles" : "roles";
      if (await mayAct(request, "bind", resource, roleRef.name)) return;
      await lookup.ready();
      const rules = rulesOfRef(lookup, roleRef, request.namespace);
      if (rules === undefined) throw notFound(RBAC_GROUP, request.resource, roleRef.name);
      confirmNoEscalation(lookup, request, rules);
    },
  };
}

function isPrivileged(user: UserInfo): boolean {
  return user.groups.includes(PRIVILEGED_GROUP);
}

function confirmNoEscalation(lookup: RoleLookup, request: EscalationRequest, rules: readonly PolicyRule[]): void {
  const { user, namespace, resource, name } = request;
  const held: PolicyRule[] = [];
  const errors: string[] = [];
  for (const resolved of resolveRules(lookup, user, namespace)) {
    if (resolved.rule === undefined) errors.push(resolved.error);
    else held.push(resolved.rule);
  }
  const missing = compactRules(uncoveredRules(held, rules));
  if (missing.length === 0) return;
  const groups = user.groups.map((group) => JSON.stringify(group)).join(" ");
  const lines = [...new Set(missing.map(describeRule))].sort();
  const resolution = errors.length === 0 ? "" : `; resolution errors: [${errors.join(" ")}]`;
  throw forbidden(
    RBAC_GROUP,
    resource,
    name,
    `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${lines.join("\n")}${resolution}`,
  );
}
