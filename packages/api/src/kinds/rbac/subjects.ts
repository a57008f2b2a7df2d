import type { Draft } from "@pinnace/apimachinery";
import { notSupported, required } from "@pinnace/apimachinery";
import { all, fields, isUnset, needed, oneOf, type Rule, text } from "../rules/rule.ts";
import { dnsSubdomain, pathSegment } from "../rules/text.ts";

/** The API group of roles, and of the subjects that are not service accounts. */
const RBAC_GROUP = "rbac.authorization.k8s.io";

const SUBJECT_KINDS = ["ServiceAccount", "User", "Group"];

const serviceAccountSubject: Rule = (subject, path, errors) => {
  if (!isUnset(subject.name)) text(dnsSubdomain)(subject.name, path.child("name"), errors, subject);
  if (!isUnset(subject.apiGroup)) errors.push(notSupported(path.child("apiGroup"), subject.apiGroup, [""]));
};

const namedSubject: Rule = fields({ apiGroup: oneOf(RBAC_GROUP) });

/** A subject of a binding. Bindings of the whole cluster need the namespace of a service account. */
export function subject(namespaced: boolean): Rule {
  const account: Rule = namespaced
    ? serviceAccountSubject
    : all(serviceAccountSubject, fields({ namespace: needed() }));
  return (value, path, errors, owner) => {
    if (isUnset(value.name)) errors.push(required(path.child("name")));
    if (value.kind === "ServiceAccount") account(value, path, errors, owner);
    else if (SUBJECT_KINDS.includes(value.kind)) namedSubject(value, path, errors, owner);
    else errors.push(notSupported(path.child("kind"), value.kind ?? "", SUBJECT_KINDS));
  };
}

/** The role that a binding grants; `kinds` are what it may be. */
export function roleReference(kinds: readonly string[]): Rule {
  return fields({ apiGroup: oneOf(RBAC_GROUP), kind: oneOf(...kinds), name: needed(text(pathSegment)) });
}

/** Users and groups are of the RBAC group, and so are roles. */
export function defaultBinding(binding: Draft): void {
  binding.roleRef ??= {};
  binding.roleRef.apiGroup ||= RBAC_GROUP;
  for (const item of binding.subjects ?? []) {
    if (item.kind === "User" || item.kind === "Group") item.apiGroup ||= RBAC_GROUP;
  }
}
