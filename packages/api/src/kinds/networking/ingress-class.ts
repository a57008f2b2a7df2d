import type { Draft } from "@pinnace/apimachinery";
import { fieldPath, forbiddenField, invalidValue, required, tooLong } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { immutable } from "../rules/equal.ts";
import { all, fields, ifPresent, needed, oneOf, type Rule, text } from "../rules/rule.ts";
import { dnsLabel, dnsSubdomain } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { COUNTED, changeFirst } from "../tables/kind.ts";
import { INGRESS_CLASS_COLUMNS } from "./columns.ts";
import { typedReference } from "./references.ts";

const MAX_CONTROLLER = 250;
const DEFAULT_ANNOTATION = "ingressclass.kubernetes.io/is-default-class";
const PATH_FORMAT = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

/** `example.com/controller`: a domain and a path below it. */
const domainPrefixedPath: Rule = (value, path, errors, owner) => {
  if (value?.length > MAX_CONTROLLER) errors.push(tooLong(path, MAX_CONTROLLER));
  if (!value) return void errors.push(required(path));
  const [, host, rest] = /^([^/]*)\/(.*)$/s.exec(value) ?? [];
  if (!host || !rest) {
    return void errors.push(invalidValue(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  }
  text(dnsSubdomain)(host, path, errors, owner);
  if (new RegExp(`^${PATH_FORMAT}$`).test(rest)) return;
  errors.push(invalidValue(path, rest, `Invalid path (regex used for validation is '${PATH_FORMAT}')`));
};

const namespaceOfScope: Rule = (value, path, errors, { scope }) => {
  if (scope === "Namespace") {
    if (value === undefined) errors.push(required(path, "`parameters.scope` is set to 'Namespace'"));
    else text(dnsLabel)(value, path, errors, undefined);
  } else if (scope === "Cluster" && value !== undefined) {
    errors.push(forbiddenField(path, "`parameters.scope` is set to 'Cluster'"));
  }
};

const parameters = all(
  typedReference,
  fields({ scope: needed(oneOf("Cluster", "Namespace")), namespace: namespaceOfScope }),
);

function shownName(object: Draft): string {
  return object.metadata?.annotations?.[DEFAULT_ANNOTATION] === "true" ? `${name(object)} (default)` : name(object);
}

function shownParameters(reference: Draft): string {
  if (!reference) return "<none>";
  const group = reference.apiGroup ? `.${reference.apiGroup}` : "";
  return `${reference.kind}${group}/${reference.name}`;
}

/** IngressClass (networking.k8s.io/v1). */
export const ingressClass: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
    if (object.spec.parameters) object.spec.parameters.scope ??= "Cluster";
  },
  columns: INGRESS_CLASS_COLUMNS,
  cells: (object, context) => [
    shownName(object),
    object.spec?.controller ?? "",
    shownParameters(object.spec?.parameters),
    age(object, context),
  ],
  strategy: {
    ...COUNTED,
    ...changeFirst(
      fields({ spec: fields({ controller: domainPrefixedPath, parameters: ifPresent(parameters) }) }),
      ({ spec }, old) => immutable(spec?.controller ?? "", old.spec?.controller, fieldPath("spec", "controller")),
    ),
  },
};
