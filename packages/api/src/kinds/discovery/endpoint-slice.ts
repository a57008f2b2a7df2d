import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { duplicate, fieldPath, invalidValue, parseIp, required, tooMany } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { immutable, same } from "../rules/equal.ts";
import { fields, ifPresent, ifSet, neededOneOf, type Rule, text } from "../rules/rule.ts";
import { dnsLabel, dnsSubdomain, ip, labelValue, legacyIp, qualifiedName } from "../rules/text.ts";
import { age, listWithMore, name } from "../tables/cell.ts";
import { COUNTED } from "../tables/kind.ts";
import { ENDPOINT_SLICE_COLUMNS } from "./columns.ts";
import { endpointIp } from "./endpoint-address.ts";

const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20_000;
const MAX_HINTS = 8;

function soundIp(strict: Rule): Rule {
  return (value, path, errors, owner) => {
    const found: FieldError[] = [];
    strict(value, path, found, owner);
    if (found.length > 0) return void errors.push(...found);
    endpointIp(value, path, errors, owner);
  };
}

function domainName(value: string, path: FieldPath, errors: FieldError[]): void {
  const bare = value.endsWith(".") ? value.slice(0, -1) : value;
  if (value === "") return void errors.push(required(path));
  const messages = dnsSubdomain(bare);
  if (messages.length > 0) return void errors.push(invalidValue(path, bare, messages.join(",")));
  if (!bare.includes(".")) {
    errors.push(invalidValue(path, bare, "should be a domain with at least two segments separated by dots"));
  }
}

const ADDRESSES: Readonly<Record<string, Rule>> = {
  IPv4: soundIp(legacyIp()),
  IPv6: soundIp(ip),
  FQDN: (value, path, errors) => domainName(value ?? "", path, errors),
};

function addresses(list: readonly string[], type: string, path: FieldPath, errors: FieldError[]): void {
  if (list.length === 0) errors.push(required(path, "must contain at least 1 address"));
  if (list.length > MAX_ADDRESSES) errors.push(tooMany(path, list.length, MAX_ADDRESSES));
  const version = type === "IPv4" ? 4 : type === "IPv6" ? 6 : undefined;
  for (const [position, address] of list.entries()) {
    const parsed = parseIp(address, { sloppy: true });
    if (parsed && version && parsed.version !== version) {
      errors.push(invalidValue(path, address, `must be an ${type} address`));
    }
    ADDRESSES[type]?.(address, path.index(position), errors, list);
  }
}

function hints(list: readonly Draft[] | undefined, check: Rule, path: FieldPath, errors: FieldError[]): boolean {
  if ((list?.length ?? 0) > MAX_HINTS) {
    errors.push(tooMany(path, list?.length ?? 0, MAX_HINTS));
    return false;
  }
  const seen = new Set<string>();
  for (const [position, hint] of (list ?? []).entries()) {
    const at = path.index(position).child("name");
    if (seen.has(hint.name)) errors.push(duplicate(at, hint.name));
    seen.add(hint.name);
    check(hint.name, at, errors, hint);
  }
  return true;
}

function endpoints(slice: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const path = fieldPath("endpoints");
  const list = slice.endpoints ?? [];
  if (list.length > MAX_ENDPOINTS) return [tooMany(path, list.length, MAX_ENDPOINTS)];
  for (const [position, endpoint] of list.entries()) {
    const at = path.index(position);
    addresses(endpoint.addresses ?? [], slice.addressType, at.child("addresses"), errors);
    fields({ nodeName: ifPresent(text(dnsSubdomain)), hostname: ifPresent(text(dnsLabel)) })(
      endpoint,
      at,
      errors,
      slice,
    );
    if (!endpoint.hints) continue;
    const where = at.child("hints");
    if (hints(endpoint.hints.forZones, text(labelValue), where.child("forZones"), errors)) {
      hints(endpoint.hints.forNodes, text(dnsSubdomain), where.child("forNodes"), errors);
    }
  }
  return errors;
}

function ports(slice: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const path = fieldPath("ports");
  const list = slice.ports ?? [];
  if (list.length > MAX_PORTS) return [tooMany(path, list.length, MAX_PORTS)];
  const seen = new Set<string>();
  for (const [position, port] of list.entries()) {
    const at = path.index(position);
    ifSet(text(dnsLabel))(port.name, at.child("name"), errors, port);
    if (seen.has(port.name)) errors.push(duplicate(at.child("name"), port.name));
    seen.add(port.name);
    fields({ protocol: neededOneOf("SCTP", "TCP", "UDP"), appProtocol: ifPresent(text(qualifiedName)) })(
      port,
      at,
      errors,
      slice,
    );
  }
  return errors;
}

function validate(slice: Draft, old?: Draft): FieldError[] {
  const errors: FieldError[] = [];
  neededOneOf("FQDN", "IPv4", "IPv6")(slice.addressType, fieldPath("addressType"), errors, slice);
  errors.push(...ports(slice));
  const found = endpoints(slice);
  return old && same(old.endpoints, slice.endpoints) ? errors : [...errors, ...found];
}

/** The topology of v1beta1 cannot be written any more. */
function dropTopology(slice: Draft): void {
  for (const endpoint of slice.endpoints ?? []) delete endpoint.deprecatedTopology;
}

function portText(port: Draft): string {
  return port.port === undefined || port.port === null ? (port.name ?? "*") : String(port.port);
}

/** EndpointSlice (discovery.k8s.io/v1). */
export const endpointSlice: KindBehaviour = {
  default: (slice: Draft) => {
    for (const port of slice.ports ?? []) {
      port.name ??= "";
      port.protocol ??= "TCP";
    }
  },
  columns: ENDPOINT_SLICE_COLUMNS,
  cells: (slice, context) => [
    name(slice),
    slice.addressType ?? "",
    listWithMore((slice.ports ?? []).map(portText), 3) || "<unset>",
    listWithMore(
      (slice.endpoints ?? []).flatMap((endpoint: Draft) => endpoint.addresses ?? []),
      3,
    ) || "<unset>",
    age(slice, context),
  ],
  strategy: {
    ...COUNTED,
    prepareForCreate: dropTopology,
    prepareForUpdate: dropTopology,
    countsLabels: true,
    validate: (slice) => validate(slice),
    validateUpdate: (slice, old) => [
      ...validate(slice, old),
      ...immutable(slice.addressType ?? "", old.addressType, fieldPath("addressType")),
    ],
    warningsOnCreate: ({ addressType }) =>
      addressType === "FQDN" ? ["spec.addressType: FQDN endpoints are deprecated"] : [],
  },
};
