import type { PolicyRule } from "../types.ts";

/**
 * A rule in one line: `[verbs, groups, resources]`, with resource names as a fourth member, or `[verbs, paths]` for
 * non-resource paths. Members are separated by blanks; `core` is the group without a name.
 */
type RuleNotation = readonly [string, string] | readonly [string, string, string, string?];

/** Rules by role name. */
export type RoleNotation = Readonly<Record<string, readonly RuleNotation[]>>;

export const READ = "get list watch" as const;
/** What everybody who records events may do. */
export const EVENTS: RuleNotation = ["create patch update", "core events.k8s.io", "events"];

export function toRule(notation: RuleNotation): PolicyRule {
  const [verbs, groupsOrPaths, resources, names] = notation;
  if (resources === undefined) return { nonResourceURLs: groupsOrPaths.split(" "), verbs: verbs.split(" ") };
  return {
    apiGroups: groupsOrPaths.split(" ").map((group) => (group === "core" ? "" : group)),
    ...(names === undefined ? {} : { resourceNames: names.split(" ") }),
    resources: resources.split(" "),
    verbs: verbs.split(" "),
  };
}
