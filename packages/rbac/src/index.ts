/**
 * Who may do what? The authorizers of a Kubernetes API server: roles and bindings (RBAC), kubelets (the node
 * authorizer), `system:masters`; the default policy of 1.36; and the check that nobody grants rights they do not have.
 *
 * ```ts
 * import { bootstrapPolicy, createRbacAuthorizer, createStaticRoleLookup } from "@pinnace/rbac";
 *
 * const authorizer = createRbacAuthorizer(createStaticRoleLookup(bootstrapPolicy()));
 * const { decision, reason } = await authorizer.authorize({
 *   user: { name: "jane", groups: ["system:authenticated"] },
 *   verb: "get",
 *   resourceRequest: false,
 *   path: "/version",
 *   group: "",
 *   version: "",
 *   resource: "",
 *   subresource: "",
 *   namespace: "",
 *   name: "",
 * });
 * if (decision !== "allow") throw new Error(reason);
 * ```
 *
 * A cluster's own chain over informers is `createClusterAuthorization`. Reasons are upstream's texts.
 *
 * @packageDocumentation
 */
export { createClusterAuthorization } from "./cluster-authorization.ts";
export * from "./contract.ts";
export {
  createEscalationCheck,
  ESCALATION_CHECK,
  type EscalationCheck,
  type EscalationRequest,
} from "./escalation.ts";
export { createNodeAuthorizer } from "./node-authorizer/node-authorizer.ts";
export { NODES_GROUP, nodeNameOf } from "./node-authorizer/node-identity.ts";
export { createNodeRelations, type NodeRelations, type RelatedKind } from "./node-authorizer/node-relations.ts";
export { bootstrapPolicy, nodeRules } from "./policy/bootstrap-policy.ts";
export { createRbacAuthorizer } from "./rbac-authorizer.ts";
export { createRoleLookup, createStaticRoleLookup, type RoleLookup } from "./role-lookup.ts";
export { ruleAllows } from "./rule-matching.ts";
export type { BindingObject, PolicyRule, RoleObject, RoleRef, Subject } from "./types.ts";
export {
  createAlwaysAllowAuthorizer,
  createPrivilegedGroupAuthorizer,
  createUnionAuthorizer,
  PRIVILEGED_GROUP,
} from "./union-authorizer.ts";
