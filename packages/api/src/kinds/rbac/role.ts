import type { Draft, FieldError } from "@pinnace/apimachinery";
import { invalidValue } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { labelSelector } from "../rules/label-selector.ts";
import { each, fields, ifPresent, neededItems, type Rule } from "../rules/rule.ts";
import { pathSegment } from "../rules/text.ts";
import { UPSERT, validation } from "../tables/kind.ts";

const RESOURCE_MEMBERS = ["apiGroups", "resources", "resourceNames"];

const verbs: Rule = neededItems(undefined, "verbs must contain at least one value");
const resources: Rule = fields({
  apiGroups: neededItems(undefined, "resource rules must supply at least one api group"),
  resources: neededItems(undefined, "resource rules must supply at least one resource"),
});

/** One rule of a role: what may be done to resources, or to paths. */
function policyRule(namespaced: boolean): Rule {
  return (value, path, errors, owner) => {
    fields({ verbs })(value, path, errors, owner);
    const urls = value.nonResourceURLs ?? [];
    if (urls.length === 0) return resources(value, path, errors, owner);
    const at = path.child("nonResourceURLs");
    if (namespaced) errors.push(invalidValue(at, urls, "namespaced rules cannot apply to non-resource URLs"));
    if (RESOURCE_MEMBERS.some((member) => (value[member] ?? []).length > 0)) {
      errors.push(invalidValue(at, urls, "rules cannot apply to both regular resources and non-resource URLs"));
    }
  };
}

const aggregated: Rule = (selector, path, errors, owner) => {
  const found: FieldError[] = [];
  labelSelector(selector, path, found, owner);
  errors.push(...found);
  if (found.length > 0) errors.push(invalidValue(path, null, "invalid label selector."));
};

const clusterRoleSelectors: Rule = neededItems(
  each(aggregated),
  "at least one clusterRoleSelector required if aggregationRule is non-nil",
);

/** A role without rules has `rules: null`. */
function defaultRules(role: Draft): void {
  role.rules ??= null;
}

/** Role (rbac.authorization.k8s.io/v1). */
export const role: KindBehaviour = {
  default: defaultRules,
  strategy: { ...UPSERT, validateName: pathSegment, ...validation(fields({ rules: each(policyRule(true)) })) },
};

/** ClusterRole (rbac.authorization.k8s.io/v1). */
export const clusterRole: KindBehaviour = {
  default: defaultRules,
  strategy: {
    ...UPSERT,
    validateName: pathSegment,
    ...validation(
      fields({ rules: each(policyRule(false)), aggregationRule: ifPresent(fields({ clusterRoleSelectors })) }),
    ),
  },
};
