import type { UserInfo } from "@pinnace/apimachinery";
import { type RoleLookup, subjectKey } from "./role-lookup.ts";
import type { BindingObject, PolicyRule, RoleRef } from "./types.ts";

/** A rule that a user has, and through which binding; or a binding whose role is missing. */
type ResolvedRule =
  | { readonly rule: PolicyRule; readonly source: () => string }
  | { readonly error: string; readonly rule?: undefined };

/** The rules of a user in a namespace ("" for the cluster scope), cluster-wide bindings first. */
export function* resolveRules(lookup: RoleLookup, user: UserInfo, namespace: string): Generator<ResolvedRule> {
  const keys = [`user:${user.name}`, ...user.groups.map((group) => `group:${group}`)];
  for (const key of keys)
    for (const binding of lookup.clusterRoleBindings(key)) yield* rulesOf(lookup, binding, "", key);
  if (namespace === "") return;
  for (const key of keys)
    for (const binding of lookup.roleBindings(namespace, key)) yield* rulesOf(lookup, binding, namespace, key);
}

function* rulesOf(lookup: RoleLookup, binding: BindingObject, namespace: string, key: string): Generator<ResolvedRule> {
  const rules = rulesOfRef(lookup, binding.roleRef, namespace);
  if (rules === undefined) {
    yield { error: roleNotFound(binding.roleRef) };
    return;
  }
  const source = (): string => describe(binding, namespace, key);
  for (const rule of rules) yield { rule, source };
}

/** The rules of the role that a binding refers to; undefined when there is no such role. */
export function rulesOfRef(lookup: RoleLookup, ref: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
  const role = ref.kind === "ClusterRole" ? lookup.clusterRole(ref.name) : lookup.role(namespace, ref.name);
  return role === undefined ? undefined : (role.rules ?? []);
}

/** Upstream's text for a role that is missing from its cache. */
function roleNotFound(ref: RoleRef): string {
  return `${ref.kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(ref.name)} not found`;
}

/** `ClusterRoleBinding "x" of ClusterRole "y" to Group "z"`. */
function describe(binding: BindingObject, namespace: string, key: string): string {
  const { kind, name } = binding.roleRef;
  const subject = binding.subjects?.find((candidate) => subjectKey(candidate, namespace) === key);
  const isAccount = subject?.kind === "ServiceAccount";
  const subjectName = isAccount ? `${subject.name}/${subject.namespace || namespace}` : (subject?.name ?? "");
  const bindingKind = namespace === "" ? "ClusterRoleBinding" : "RoleBinding";
  const bindingName = namespace === "" ? binding.metadata?.name : `${binding.metadata?.name}/${namespace}`;
  const quote = JSON.stringify;
  return `${bindingKind} ${quote(bindingName)} of ${kind} ${quote(name)} to ${subject?.kind} ${quote(subjectName)}`;
}
