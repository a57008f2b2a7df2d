import { sizeOf } from "../values/arithmetic.ts";
import { type CelValue, ListValue, MapValue, OpaqueValue, OptionalValue } from "../values/value.ts";
import { CHECK_COST, CREATE_LIST_COST, CREATE_STRUCT_COST, PATTERN, TRAVERSAL } from "./constants.ts";
import { FORMAT_SIZES } from "./format-sizes.ts";

/** What a call has cost, from its arguments (the target first) and its result, which may be errors. */
export type CallCost = (args: readonly CelValue[], result: CelValue) => number;

/** The size that costs count with; 1 for what has none. */
function sized(value: CelValue | undefined): number {
  if (value === undefined) return 1;
  if (value instanceof OpaqueValue) return value.byteSize ?? 1;
  return sizeOf(value) ?? 1;
}

/** As {@link sized}, also within an optional. */
function unwrappedSize(value: CelValue): number {
  return value instanceof OptionalValue && value.value !== undefined ? unwrappedSize(value.value) : sized(value);
}

const ONE: CallCost = () => 1;
const traversal: CallCost = ([text]) => Math.ceil(sized(text) * TRAVERSAL);
const doubleTraversal: CallCost = ([text]) => Math.ceil(sized(text) * 2 * TRAVERSAL);

const pattern: CallCost = ([text, regex]) =>
  Math.ceil((1 + sized(text)) * TRAVERSAL) * Math.ceil(sized(regex) * PATTERN);

const collection: CallCost = ([list]) => (list === undefined ? 0 : walk(list));

/** The cost of looking at everything in a value. */
function walk(value: CelValue): number {
  if (typeof value === "string") return Math.trunc(new TextEncoder().encode(value).length * TRAVERSAL);
  if (value instanceof Uint8Array) return Math.trunc(value.length * TRAVERSAL);
  let cost = 0;
  if (value instanceof ListValue) {
    for (let at = 0; at < value.size; at++) cost += walk(value.at(at));
    return cost;
  }
  if (!(value instanceof MapValue)) return 1;
  for (const key of value.keys()) cost += walk(key) + walk(value.find(key) ?? null);
  return cost;
}

const selector: CallCost = ([, text]) =>
  CREATE_LIST_COST +
  Math.ceil(sized(text) * TRAVERSAL) +
  Math.ceil(Math.ceil(sized(text) * 0.5) * (CREATE_LIST_COST + CREATE_STRUCT_COST));

const contains =
  (parsed: boolean, network: boolean): CallCost =>
  ([cidr, other]) => {
    const own = sized(cidr);
    const compared = Math.ceil((own + own) * TRAVERSAL) + (network ? Math.ceil(own * TRAVERSAL) + 1 : 0);
    return compared + (parsed ? Math.ceil(sized(other) * TRAVERSAL) : 0);
  };

const validate: CallCost = ([format, text]) => {
  const regexSize = format instanceof OpaqueValue ? FORMAT_SIZES.get(String(format)) : undefined;
  if (regexSize === undefined) return 1;
  return Math.ceil((1 + sized(text)) * TRAVERSAL) * Math.ceil(regexSize * PATTERN);
};

const group = (names: string, cost: CallCost): readonly (readonly [string, CallCost])[] =>
  names.split(" ").map((name) => [name, cost]);

/** By function, whatever the overload is. */
const BY_FUNCTION: ReadonlyMap<string, CallCost> = new Map([
  ...group("serviceAccount path group resource subresource namespace name allowed reason error errored", ONE),
  ...group("masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast", ONE),
  ...group(
    "isGlobalUnicast sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub",
    ONE,
  ),
  ...group("major minor patch getScheme getHostname getHost getPort getEscapedPath getQuery format.named", ONE),
  ...group("check", () => CHECK_COST),
  ...group("fieldSelector labelSelector", selector),
  ...group("isSorted sum max min indexOf lastIndexOf", collection),
  ...group(
    "url lowerAscii upperAscii substring trim jsonpatch.escapeKey cidr isIP isCIDR quantity isQuantity",
    traversal,
  ),
  ...group("semver isSemver ip", traversal),
  ...group("replace split ip.isCanonical", doubleTraversal),
  ...group("join", (_args, result) => Math.ceil(sized(result) * 2 * TRAVERSAL)),
  ...group("find findAll", pattern),
  ...group("validate", validate),
]);

const smaller: CallCost = ([a, b]) =>
  Math.ceil(Math.min(unwrappedSize(a as CelValue), unwrappedSize(b as CelValue)) * TRAVERSAL);

/** Values that are compared in one step. */
const equality: CallCost = (args, result) => (args[0] instanceof OpaqueValue ? 1 : smaller(args, result));

const allocating = (factor: number, size: number): number => Math.trunc(size * factor) + 1 + CREATE_LIST_COST;

const selfComparing =
  (argument: number): CallCost =>
  (args) => {
    const list = args[argument];
    if (!(list instanceof ListValue) || list.size === 0) return allocating(2, 0);
    const first = list.at(0);
    const text = typeof first === "string" || first instanceof Uint8Array;
    return allocating(text ? 2 + TRAVERSAL : 2, list.size * list.size);
  };

const sets =
  (factor: number): CallCost =>
  ([a, b]) =>
    1 + Math.trunc(sized(a) * sized(b) * factor);

const flatten: CallCost = ([list, depth]) => allocating(typeof depth === "bigint" ? Number(depth) : 1, sized(list));
const output: CallCost = (_args, result) => allocating(1, sized(result));

/** By overload. */
const BY_OVERLOAD: ReadonlyMap<string, CallCost> = new Map([
  ...group(
    "starts_with_string ends_with_string string_to_bytes bytes_to_string strings_quote string_format",
    traversal,
  ),
  ...group("in_list", ([, list]) => sized(list)),
  ...group("less_string greater_string less_equals_string greater_equals_string", smaller),
  ...group("less_bytes greater_bytes less_equals_bytes greater_equals_bytes not_equals", smaller),
  ...group("equals", equality),
  ...group("add_string add_bytes", ([a, b]) => Math.ceil((sized(a) + sized(b)) * TRAVERSAL)),
  ...group("matches_string", pattern),
  ...group(
    "contains_string",
    ([text, part]) => Math.ceil(sized(text) * TRAVERSAL) * Math.ceil(sized(part) * TRAVERSAL),
  ),
  ...group("cidr_contains_ip_string", contains(true, false)),
  ...group("cidr_contains_cidr_string", contains(true, true)),
  ...group("list_sets_contains_list list_sets_intersects_list", sets(1)),
  ...group("list_sets_equivalent_list", sets(2)),
  ...group("list_slice lists_range list_reverse", output),
  ...group("list_flatten list_flatten_int", flatten),
  ...group("list_distinct", selfComparing(0)),
  ...group("cidr_ip", ONE),
]);

/** What calls of a function cost; `overload` is "" when several are possible. */
export function callCost(name: string, overload: string): CallCost {
  if (name === "containsIP") return BY_OVERLOAD.get(overload) ?? contains(false, false);
  if (name === "containsCIDR") return BY_OVERLOAD.get(overload) ?? contains(false, true);
  if (/^list_.*_sort$/.test(overload)) return selfComparing(0);
  if (/^list_.*_sortByAssociatedKeys$/.test(overload)) return selfComparing(1);
  if (overload === "cidr_ip") return ONE;
  return BY_FUNCTION.get(name) ?? BY_OVERLOAD.get(overload) ?? ONE;
}
