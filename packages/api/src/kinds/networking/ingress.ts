import type { Draft } from "@pinnace/apimachinery";
import { fieldPath } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec } from "../apps/replica-status.ts";
import { check } from "../rules/rule.ts";
import { age, name } from "../tables/cell.ts";
import { COUNTED } from "../tables/kind.ts";
import { INGRESS_COLUMNS } from "./columns.ts";
import { classConflict, classWarnings, ingressRule, loadBalancerErrors } from "./ingress-validation.ts";

const SHOWN_HOSTS = 3;

function hosts(rules: Draft): string {
  const shown = (rules ?? []).slice(0, SHOWN_HOSTS).flatMap((rule: Draft) => rule.host || []);
  if (shown.length === 0) return "*";
  const more = rules.length - SHOWN_HOSTS;
  return more > 0 ? `${shown.join(",")} + ${more} more...` : shown.join(",");
}

function addresses(status: Draft): string {
  const all = (status?.loadBalancer?.ingress ?? []).flatMap((item: Draft) => item.ip || item.hostname || []);
  return [...new Set<string>(all)].sort().join(",");
}

/** Ingress (networking.k8s.io/v1). */
export const ingress: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
  },
  columns: INGRESS_COLUMNS,
  cells: (object, context) => [
    name(object),
    object.spec?.ingressClassName ?? "<none>",
    hosts(object.spec?.rules),
    addresses(object.status),
    (object.spec?.tls ?? []).length > 0 ? "80, 443" : "80",
    age(object, context),
  ],
  strategy: {
    ...COUNTED,
    validate: (object) => [...check(ingressRule, object, fieldPath()), ...classConflict(object)],
    validateUpdate: (object) => check(ingressRule, object, fieldPath()),
    warningsOnCreate: classWarnings,
  },
  statusStrategy: { prepareForUpdate: keepSpec, validateUpdate: loadBalancerErrors },
};
