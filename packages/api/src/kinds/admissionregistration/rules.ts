import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { duplicate, invalidValue, required } from "@pinnace/apimachinery";
import { all, each, fields, ifPresent, needed, neededItems, oneOf, type Rule, text } from "../rules/rule.ts";
import { pathSegment } from "../rules/text.ts";
import { starAlone } from "./star.ts";

/** A wildcard covers what is named beside it. */
function coveredBy(list: readonly string[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const wholeResources = new Set<string>();
  const wholeSubresources = new Set<string>();
  for (const [position, entry] of list.entries()) {
    const at = path.index(position);
    if (entry === "") errors.push(required(at));
    const slash = entry.indexOf("/");
    if (slash < 0) continue;
    const resource = entry.slice(0, slash);
    const subresource = entry.slice(slash + 1);
    const message = (pattern: string): string => `if '${pattern}' is present, must not specify ${entry}`;
    if (wholeResources.has(resource)) errors.push(invalidValue(at, entry, message(`${resource}/*`)));
    if (wholeSubresources.has(subresource)) errors.push(invalidValue(at, entry, message(`*/${subresource}`)));
    if (subresource === "*") wholeResources.add(resource);
    if (resource === "*") wholeSubresources.add(subresource);
  }
  return errors;
}

const resources: Rule = neededItems((value, path, errors) => {
  errors.push(...coveredBy(value, path));
  if (value.length > 1 && value.includes("*/*")) {
    errors.push(invalidValue(path, value, "if '*/*' is present, must not specify other resources"));
  }
  const plain = value.filter((entry: string) => entry !== "" && !entry.includes("/"));
  if (value.includes("*") && plain.at(-1) !== "*") {
    const message = "if '*' is present, must not specify other resources without subresources";
    errors.push(invalidValue(path, value, message));
  }
});

/** What a webhook or policy is called for. */
export const ruleWithOperations: Rule = fields({
  operations: neededItems(all(starAlone("operations"), each(oneOf("*", "CONNECT", "CREATE", "DELETE", "UPDATE")))),
  apiGroups: neededItems(starAlone("API groups")),
  apiVersions: neededItems(all(starAlone("API versions"), each(needed()))),
  resources,
  scope: ifPresent(oneOf("*", "Cluster", "Namespaced")),
});

const resourceNames: Rule = (value, path, errors, owner) => {
  const seen = new Set<string>();
  for (const [position, name] of (value ?? []).entries()) {
    text(pathSegment)(name, path.index(position), errors, owner);
    if (seen.has(name)) errors.push(duplicate(path.index(position), name));
    seen.add(name);
  }
};

/** A rule that may also name objects. */
export const namedRule: Rule = all(fields({ resourceNames }), ruleWithOperations);

/** Rules apply to objects of every scope unless they say more. */
export function defaultRules(rules: Draft): void {
  for (const rule of rules ?? []) rule.scope ??= "*";
}
