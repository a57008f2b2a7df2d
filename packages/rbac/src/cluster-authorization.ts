import type { InformerFactory } from "@pinnace/client";
import type { Authorizer } from "./contract.ts";
import { createEscalationCheck, type EscalationCheck } from "./escalation.ts";
import { createNodeAuthorizer } from "./node-authorizer/node-authorizer.ts";
import { createNodeRelations } from "./node-authorizer/node-relations.ts";
import { nodeRules } from "./policy/bootstrap-policy.ts";
import { createRbacAuthorizer } from "./rbac-authorizer.ts";
import { createRoleLookup } from "./role-lookup.ts";
import { createPrivilegedGroupAuthorizer, createUnionAuthorizer } from "./union-authorizer.ts";

/**
 * The authorizers of a cluster as upstream starts them with `--authorization-mode=Node,RBAC`: `system:masters` first,
 * then kubelets, then roles. `informers` is asked for when the first decision needs it, as they read from the API server
 * that is made with this authorizer; they must speak as a member of `system:masters`.
 */
export function createClusterAuthorization(informers: () => InformerFactory): {
  readonly authorizer: Authorizer;
  readonly escalationCheck: EscalationCheck;
} {
  const lookup = createRoleLookup(informers);
  const authorizer = createUnionAuthorizer([
    createPrivilegedGroupAuthorizer(),
    createNodeAuthorizer({ relations: createNodeRelations(informers), rules: nodeRules() }),
    createRbacAuthorizer(lookup),
  ]);
  return { authorizer, escalationCheck: createEscalationCheck({ lookup, authorizer }) };
}
