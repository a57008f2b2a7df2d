import {
  type Draft,
  duplicate,
  type FieldError,
  fieldPath,
  invalidValue,
  required,
  tooMany,
} from "@pinnace/apimachinery";
import { IMMUTABLE, same } from "../rules/equal.ts";
import { all, check, each, fields, ifPresent, ifSet, needed, neededItems, type Rule, text } from "../rules/rule.ts";
import { dnsLabel, dnsSubdomain, pathSegment } from "../rules/text.ts";

/** A workload may have so many kinds of pod groups (scheduling.k8s.io/v1alpha2 WorkloadMaxPodGroupTemplates). */
const MOST_TEMPLATES = 8;

const isSet = (value: Draft): boolean => value !== undefined && value !== null;

/** Exactly one of some members, as upstream's declarative validation says it. */
function union(...members: readonly string[]): Rule {
  const names = members.map((name) => `\`${name}\``);
  return (value, path, errors) => {
    const given = members.filter((name) => isSet(value?.[name]));
    if (given.length === 0) errors.push(invalidValue(path, "", `must specify one of: ${names.join(", ")}`));
    if (given.length <= 1) return;
    errors.push(invalidValue(path, `{${given.join(", ")}}`, `must specify exactly one of: ${names.join(", ")}`));
  };
}

/** Go's 0 is no count at all. */
const atLeastOne: Rule = (value, path, errors) => {
  if (!value) errors.push(required(path));
  else if (value < 1) errors.push(invalidValue(path, value, "must be greater than or equal to 1"));
};

const schedulingPolicy = all(
  union("basic", "gang"),
  fields({
    gang: ifPresent(fields({ minCount: atLeastOne })),
  }),
);

const templateRef = all(
  union("workload"),
  fields({
    workload: ifPresent(
      fields({ workloadName: needed(text(dnsSubdomain)), podGroupTemplateName: needed(text(dnsLabel)) }),
    ),
  }),
);

const podGroupSpec = fields({ podGroupTemplateRef: ifPresent(templateRef), schedulingPolicy });

const few: Rule = (value, path, errors) => {
  if (value.length > MOST_TEMPLATES) errors.push(tooMany(path, value.length, MOST_TEMPLATES));
};

const differentNames: Rule = (value, path, errors) => {
  const seen = new Set<unknown>();
  value.forEach((template: Draft, index: number) => {
    if (seen.has(template?.name)) errors.push(duplicate(path.index(index), template));
    seen.add(template?.name);
  });
};

const workloadSpec = fields({
  controllerRef: ifPresent(
    fields({ apiGroup: ifSet(text(dnsSubdomain)), kind: needed(text(pathSegment)), name: needed(text(pathSegment)) }),
  ),
  podGroupTemplates: neededItems(
    all(few, differentNames, each(fields({ name: needed(text(dnsLabel)), schedulingPolicy }))),
  ),
});

const SPEC = fieldPath("spec");

export const validatePodGroup = ({ spec }: Draft): FieldError[] => check(podGroupSpec, spec, SPEC);
export const validateWorkload = ({ spec }: Draft): FieldError[] => check(workloadSpec, spec, SPEC);

/** What of a spec must not change, and did. Upstream says it without the value. */
export function changedOf(members: readonly string[], object: Draft, old: Draft): FieldError[] {
  return members
    .filter((name) => !same(object.spec?.[name], old.spec?.[name]))
    .map((name) => invalidValue(SPEC.child(name), null, IMMUTABLE));
}

/** Members behind gates that are off by default in 1.36 (TopologyAwareWorkloadScheduling, DRAWorkloadResourceClaims, WorkloadAwarePreemption). */
const GATED = ["schedulingConstraints", "resourceClaims", "disruptionMode", "priorityClassName", "priority"] as const;

/** Drops members of a pod group, or of a template of one, that are off by default. */
export function dropGated(spec: Draft): void {
  if (spec) for (const name of GATED) delete spec[name];
}
