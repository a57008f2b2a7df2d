import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { endpointIp } from "../discovery/endpoint-address.ts";
import { same } from "../rules/equal.ts";
import { all, between, each, fields, ifPresent, ifSet, needed, neededOneOf, type Rule, text } from "../rules/rule.ts";
import { dnsLabel, dnsSubdomain, legacyIp, qualifiedName } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { UPSERT } from "../tables/kind.ts";
import { ENDPOINTS_COLUMNS } from "./columns.ts";

const address: Rule = all(
  fields({ ip: legacyIp(), hostname: ifSet(text(dnsLabel)), nodeName: ifPresent(text(dnsSubdomain)) }),
  fields({ ip: endpointIp }),
);

function port(isNamed: boolean): Rule {
  return fields({
    name: isNamed ? needed(text(dnsLabel)) : ifSet(text(dnsLabel)),
    port: between(1, 65_535),
    protocol: neededOneOf("SCTP", "TCP", "UDP"),
    appProtocol: ifPresent(text(qualifiedName)),
  });
}

const subset: Rule = (value, path, errors) => {
  if (!value.addresses?.length && !value.notReadyAddresses?.length) {
    errors.push(required(path, "must specify `addresses` or `notReadyAddresses`"));
  }
  fields({
    addresses: each(address),
    notReadyAddresses: each(address),
    ports: each(port((value.ports?.length ?? 0) > 1)),
  })(value, path, errors, undefined);
};

function subsetErrors(object: Draft): FieldError[] {
  const errors: FieldError[] = [];
  each(subset)(object.subsets, fieldPath("subsets"), errors, object);
  return errors;
}

function hostPort(ip: string, number: number): string {
  return ip.includes(":") ? `[${ip}]:${number}` : `${ip}:${number}`;
}

const SHOWN = 3;

function endpointsText(subsets: readonly Draft[]): string {
  if (subsets.length === 0) return "<none>";
  const list = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map((each: Draft) => each.ip)
      : ports.flatMap((each: Draft) => addresses.map(({ ip }: Draft) => hostPort(ip, each.port))),
  );
  const text = list.slice(0, SHOWN).join(",");
  return list.length > SHOWN ? `${text} + ${list.length - SHOWN} more...` : text;
}

/** Endpoints (core/v1), deprecated since 1.33. */
export const endpoints: KindBehaviour = {
  deprecation: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
  default: ({ subsets }: Draft) => {
    for (const { ports } of subsets ?? []) for (const each of ports ?? []) each.protocol ||= "TCP";
  },
  columns: ENDPOINTS_COLUMNS,
  cells: (object, context) => [name(object), endpointsText(object.subsets ?? []), age(object, context)],
  strategy: {
    ...UPSERT,
    validate: subsetErrors,
    validateUpdate: (object, old) => (same(object.subsets, old.subsets) ? [] : subsetErrors(object)),
  },
};
