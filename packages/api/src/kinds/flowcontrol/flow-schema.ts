import type { Draft } from "@pinnace/apimachinery";
import { fieldPath, invalidValue, notSupported, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpecAndMetadata } from "../apps/replica-status.ts";
import { all, check, each, fields, ifPresent, needed, neededItems, type Rule, text, uniqueBy } from "../rules/rule.ts";
import { dnsLabel, dnsSubdomain } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { COUNTED, validation } from "../tables/kind.ts";
import { FLOW_SCHEMA_COLUMNS } from "./columns.ts";
import { mandatoryFlowSchema } from "./mandatory.ts";
import { subject } from "./subject.ts";

const LAST_PRECEDENCE = 10_000;
const DEFAULT_PRECEDENCE = 1000;
const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];
const NAMESPACE = "each member of this list must be '*' or a DNS-1123 label; ";

/** A list where `*` stands alone; the rule is for lists without it. */
function starOr(what: string, rule: Rule = () => {}): Rule {
  return (value, path, errors, owner) => {
    if (!value.includes("*")) rule(value, path, errors, owner);
    else if (value.length > 1)
      errors.push(invalidValue(path, value, `if '*' is present, must not specify other ${what}`));
  };
}

const knownVerbs: Rule = (value, path, errors) => {
  if (!value.every((verb: string) => VERBS.includes(verb))) errors.push(notSupported(path, value, VERBS));
};

const verbs = neededItems(starOr("verbs", knownVerbs), "verbs must contain at least one value");

function urlProblem(url: string): string | undefined {
  if (url === "") return "must not be empty";
  if (!url.startsWith("/")) return "must start with slash";
  if (url.includes(" ")) return "must not contain white-space";
  if (url.includes("//")) return "must not contain double slash";
  return /\*/.test(url.replace(/\/\*$/, "/")) ? "wildcard can only do suffix matching" : undefined;
}

const url: Rule = (value, path, errors) => {
  const problem = urlProblem(value);
  if (problem !== undefined) errors.push(invalidValue(path, value, problem));
};

const namespaces: Rule = (value, path, errors, owner) => {
  const detail = "resource rules that are not cluster scoped must supply at least one namespace";
  if ((value ?? []).length > 0) {
    starOr("namespaces", each(text((item) => dnsLabel(item).map((message) => NAMESPACE + message))))(
      value,
      path,
      errors,
      owner,
    );
  } else if (!owner.clusterScope) errors.push(required(path, detail));
};

const resourceRule = fields({
  verbs,
  apiGroups: neededItems(starOr("api groups"), "resource rules must supply at least one api group"),
  resources: neededItems(starOr("resources"), "resource rules must supply at least one resource"),
  namespaces,
});

const nonResourceRule = fields({
  verbs,
  nonResourceURLs: neededItems(
    starOr("non-resource URLs", each(url)),
    "nonResourceURLs must contain at least one value",
  ),
});

const someRules: Rule = (value, path, errors) => {
  const count = (value.resourceRules ?? []).length + (value.nonResourceRules ?? []).length;
  if (count > 0) return;
  errors.push(required(path, "at least one of resourceRules and nonResourceRules has to be non-empty"));
};

const policyRule = all(
  fields({ subjects: neededItems(each(subject), "subjects must contain at least one value") }),
  someRules,
  fields({ resourceRules: each(resourceRule), nonResourceRules: each(nonResourceRule) }),
);

const matchingPrecedence: Rule = (value, path, errors) => {
  const number = value ?? 0;
  if (number <= 0) errors.push(invalidValue(path, number, "must be a positive value"));
  if (number > LAST_PRECEDENCE) errors.push(invalidValue(path, number, `must not be greater than ${LAST_PRECEDENCE}`));
};

const distinguisherMethod: Rule = (value, path, errors) => {
  const methods = ["ByNamespace", "ByUser"];
  if (!methods.includes(value.type)) errors.push(notSupported(path.child("type"), { Type: value.type ?? "" }, methods));
};

const onlyExemptIsFirst: Rule = (schema, path, errors) => {
  if (schema.spec?.matchingPrecedence !== 1 || schema.metadata?.name === "exempt") return;
  const at = path.child("spec", "matchingPrecedence");
  errors.push(invalidValue(at, 1, "only the schema named 'exempt' may have matchingPrecedence 1"));
};

const rule = all(
  fields({ spec: fields({ matchingPrecedence }) }),
  onlyExemptIsFirst,
  fields({
    spec: fields({
      distinguisherMethod: ifPresent(distinguisherMethod),
      priorityLevelConfiguration: fields({ name: needed(text(dnsSubdomain), "must reference a priority level") }),
      rules: each(policyRule),
    }),
  }),
  mandatoryFlowSchema,
);

/** Conditions of a status: typed, each type once. */
export const statusConditions: Rule = fields({
  conditions: all(uniqueBy("type"), each(fields({ type: needed() }))),
});

function dangling({ status }: Draft): string {
  return (status?.conditions ?? []).find((item: Draft) => item.type === "Dangling")?.status ?? "?";
}

/** FlowSchema (flowcontrol.apiserver.k8s.io/v1). */
export const flowSchema: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
    object.spec.matchingPrecedence ||= DEFAULT_PRECEDENCE;
  },
  columns: FLOW_SCHEMA_COLUMNS,
  cells: (object, context) => [
    name(object),
    object.spec?.priorityLevelConfiguration?.name ?? "",
    object.spec?.matchingPrecedence ?? 0,
    object.spec?.distinguisherMethod?.type ?? "<none>",
    age(object, context),
    dangling(object),
  ],
  strategy: { ...COUNTED, ...validation(rule) },
  statusStrategy: {
    prepareForUpdate: keepSpecAndMetadata,
    validateUpdate: (object) => check(statusConditions, object.status, fieldPath("status")),
  },
};
