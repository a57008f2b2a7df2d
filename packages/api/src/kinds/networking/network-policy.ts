import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, forbiddenField, invalidValue, parseCidr, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { labelSelector } from "../rules/label-selector.ts";
import { all, check, each, fields, ifPresent, oneOf, type Rule, text } from "../rules/rule.ts";
import { legacyCidr, portName, portNumber } from "../rules/text.ts";
import { age, formatSelector, name } from "../tables/cell.ts";
import { COUNTED } from "../tables/kind.ts";
import { NETWORK_POLICY_COLUMNS } from "./columns.ts";

const numericPort: Rule = (value, path, errors) => {
  for (const message of portNumber(value)) errors.push(invalidValue(path, value, message));
};

const endPort: Rule = (value, path, errors, { port }) => {
  if (typeof port !== "number") {
    const problem = port === undefined ? "`port` is not specified" : "`port` is non-numeric";
    return void errors.push(invalidValue(path, value, `may not be specified when ${problem}`));
  }
  if (value < port) errors.push(invalidValue(path, port, "must be greater than or equal to `port`"));
  numericPort(value, path, errors, undefined);
};

const port: Rule = (value, path, errors, owner) => {
  fields({ protocol: ifPresent(oneOf("TCP", "UDP", "SCTP")) })(value, path, errors, owner);
  const named = typeof value.port === "string";
  const own = fields({ port: ifPresent(named ? text(portName) : numericPort) });
  const end = fields({ endPort: ifPresent(endPort) });
  all(...(named ? [end, own] : [own, end]))(value, path, errors, owner);
};

const NUMBER_OF_BITS = { 4: 32n, 6: 128n } as const;

function within(inner: string, outer: string): boolean {
  const a = parseCidr(inner, { sloppy: true });
  const b = parseCidr(outer, { sloppy: true });
  if (!a || !b) return true;
  if (a.ip.version !== b.ip.version || a.prefix <= b.prefix) return false;
  const shift = NUMBER_OF_BITS[b.ip.version] - BigInt(b.prefix);
  return a.ip.value >> shift === b.ip.value >> shift;
}

function ipBlock(known: readonly string[]): Rule {
  const cidr = legacyCidr(known);
  return (value, path, errors, owner) => {
    if (!value.cidr) return void errors.push(required(path.child("cidr")));
    cidr(value.cidr, path.child("cidr"), errors, owner);
    if (!parseCidr(value.cidr, { sloppy: true })) return;
    (value.except ?? []).forEach((except: string, position: number) => {
      const at = path.child("except").index(position);
      cidr(except, at, errors, owner);
      if (!within(except, value.cidr)) errors.push(invalidValue(at, except, "must be a strict subset of `cidr`"));
    });
  };
}

function peer(known: readonly string[]): Rule {
  return (value, path, errors, owner) => {
    const members = fields({
      podSelector: ifPresent(labelSelector),
      namespaceSelector: ifPresent(labelSelector),
      ipBlock: ifPresent(ipBlock(known)),
    });
    members(value, path, errors, owner);
    const selectors = [value.podSelector, value.namespaceSelector].filter(Boolean).length;
    if (!value.ipBlock && selectors === 0) errors.push(required(path, "must specify a peer"));
    if (value.ipBlock && selectors > 0) {
      errors.push(forbiddenField(path, "may not specify both ipBlock and another peer"));
    }
  };
}

const policyTypes: Rule = (value, path, errors, owner) => {
  if ((value ?? []).length > 2) errors.push(invalidValue(path, value, "may not specify more than two policyTypes"));
  else each(oneOf("Ingress", "Egress"))(value, path, errors, owner);
};

function errorsOf(policy: Draft, known: readonly string[] = []): FieldError[] {
  const peers = each(peer(known));
  const spec = fields({
    podSelector: labelSelector,
    ingress: each(fields({ ports: each(port), from: peers })),
    egress: each(fields({ ports: each(port), to: peers })),
    policyTypes,
  });
  return check(spec, policy.spec, fieldPath("spec"));
}

function blocksOf({ spec }: Draft): string[] {
  const ingress = (spec?.ingress ?? []).flatMap((rule: Draft) => rule.from ?? []);
  const egress = (spec?.egress ?? []).flatMap((rule: Draft) => rule.to ?? []);
  return [...ingress, ...egress].flatMap(({ ipBlock: block }) => (block ? [block.cidr, ...(block.except ?? [])] : []));
}

function setDefaults(policy: Draft): void {
  policy.spec ??= {};
  policy.spec.podSelector ??= {};
  if ((policy.spec.policyTypes ?? []).length === 0) {
    policy.spec.policyTypes = (policy.spec.egress ?? []).length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
  }
  for (const rule of [...(policy.spec.ingress ?? []), ...(policy.spec.egress ?? [])]) {
    for (const item of rule.ports ?? []) item.protocol ??= "TCP";
  }
}

/** NetworkPolicy (networking.k8s.io/v1). */
export const networkPolicy: KindBehaviour = {
  default: setDefaults,
  columns: NETWORK_POLICY_COLUMNS,
  cells: (object, context) => [name(object), formatSelector(object.spec?.podSelector), age(object, context)],
  strategy: {
    ...COUNTED,
    validate: (object) => errorsOf(object),
    validateUpdate: (object, old) => errorsOf(object, blocksOf(old)),
  },
};
