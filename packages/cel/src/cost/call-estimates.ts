import { type Estimate, UNBOUNDED } from "../contract.ts";
import type { Expr } from "../syntax/ast.ts";
import type { CelType } from "../types/cel-type.ts";
import { exactly, ONE, plus, scaled, times, UNKNOWN, ZERO } from "./amounts.ts";
import { CHECK_COST, CREATE_LIST_COST, CREATE_STRUCT_COST, PATTERN, TRAVERSAL } from "./constants.ts";

/** An operand of a call, as far as its size is known. */
export interface CostNode {
  readonly expr: Expr | undefined;
  readonly type: CelType;
  /** What the expression itself says of the size; undefined when that is nothing. */
  readonly size: Estimate | undefined;
  /** The size, from the declared types where the expression says nothing. */
  sizeOrDeclared(): Estimate;
  /** The items of a list; undefined for what has none. */
  items(): CostNode | undefined;
}

export interface CallEstimate {
  readonly cost: Estimate;
  /** Of the result, when it is a text, a list, a map or bytes. */
  readonly size?: Estimate;
}

interface CallOperands {
  readonly target: CostNode | undefined;
  readonly args: readonly CostNode[];
}

type Estimator = (operands: CallOperands, overload: string) => CallEstimate | undefined;

const NOMINAL: Estimator = () => ({ cost: ONE });

/** Going once through the first argument. */
const parse =
  (factor = 1): Estimator =>
  ({ args: [text] }) =>
    text && { cost: scaled(text.sizeOrDeclared(), factor * TRAVERSAL) };

const parseSized: Estimator = ({ args }) => {
  if (args.length !== 1) return undefined;
  const size = (args[0] as CostNode).sizeOrDeclared();
  return { cost: scaled(size, TRAVERSAL), size };
};

const traverseTarget: Estimator = ({ target }) => {
  if (target === undefined) return undefined;
  const size = target.sizeOrDeclared();
  return { cost: scaled(size, TRAVERSAL), size };
};

const selector: Estimator = ({ args }) => {
  if (args.length !== 1) return undefined;
  const size = (args[0] as CostNode).sizeOrDeclared();
  const requirements = scaled(scaled(size, 0.5), CREATE_LIST_COST + CREATE_STRUCT_COST);
  return { cost: plus(plus(exactly(CREATE_LIST_COST), scaled(size, TRAVERSAL)), requirements) };
};

/** Looking at each item of a list, and at all of it when it is a text. */
const eachItem: Estimator = ({ target }) => {
  if (target === undefined) return undefined;
  const items = target.items();
  if (items === undefined) return { cost: scaled(target.sizeOrDeclared(), TRAVERSAL) };
  const text = items.type.kind === "string" || items.type.kind === "bytes";
  const each = text ? plus(ONE, scaled(items.sizeOrDeclared(), TRAVERSAL)) : ONE;
  return { cost: times(target.sizeOrDeclared(), each) };
};

const replace: Estimator = ({ target, args: [old, by] }) => {
  if (target === undefined || old === undefined || by === undefined) return undefined;
  const size = target.sizeOrDeclared();
  return { cost: scaled(size, 2 * TRAVERSAL), size: replacedSize(size, old.sizeOrDeclared(), by.sizeOrDeclared()) };
};

function replacedSize(size: Estimate, old: Estimate, by: Estimate): Estimate {
  const grow = (length: number): number => (length < UNBOUNDED ? length + 1 : length);
  const longest: [number, number] =
    old.min === 0 ? [grow(size.max), size.max] : by.max <= old.min ? [0, size.max] : [Math.ceil(size.max / old.min), 0];
  const shortest: [number, number] =
    old.max === 0 ? [grow(size.min), size.min] : old.max <= by.min ? [0, size.min] : [Math.ceil(size.min / old.max), 0];
  const count: Estimate = { min: shortest[0], max: longest[0] };
  return plus(times(count, by), { min: shortest[1], max: longest[1] });
}

const split: Estimator = ({ target, args: [, limit] }) => {
  if (target === undefined) return undefined;
  const size = target.sizeOrDeclared();
  const value = limit?.expr?.kind === "literal" ? limit.expr.value : undefined;
  const max = typeof value === "bigint" ? (value < 0n ? UNBOUNDED : Number(value)) : size.max;
  return { cost: scaled(size, 2 * TRAVERSAL), size: { min: 0, max } };
};

const join: Estimator = ({ target, args: [separator] }) => {
  if (target === undefined) return undefined;
  const list = target.sizeOrDeclared();
  const items = target.items();
  let size = items === undefined ? ZERO : times(list, items.sizeOrDeclared());
  if (separator !== undefined) {
    const count: Estimate = { min: Math.max(list.min - 1, 0), max: Math.max(list.max - 1, 0) };
    size = plus(size, times(separator.sizeOrDeclared(), count));
  }
  return { cost: scaled(size, TRAVERSAL), size };
};

const find: Estimator = ({ target, args: [pattern] }) => {
  if (target === undefined || pattern === undefined) return undefined;
  const size = target.sizeOrDeclared();
  const text = scaled(plus(size, ONE), TRAVERSAL);
  return { cost: times(text, scaled(pattern.sizeOrDeclared(), PATTERN)), size: { min: 0, max: size.max } };
};

/** An address has 4 or 16 bytes. */
const ADDRESS: Estimate = { min: 4, max: 16 };

const contains =
  (network: boolean, parsed: string): Estimator =>
  ({ args: [other] }, overload) => {
    if (other === undefined) return undefined;
    let cost = scaled(plus(ADDRESS, ADDRESS), TRAVERSAL);
    if (network) cost = plus(plus(cost, scaled(ADDRESS, TRAVERSAL)), ONE);
    return { cost: overload === parsed ? plus(cost, scaled(other.sizeOrDeclared(), TRAVERSAL)) : cost };
  };

const validate: Estimator = ({ args: [text] }) =>
  text && { cost: scaled(scaled(text.sizeOrDeclared(), TRAVERSAL), 128 * PATTERN) };

const QUICKLY_COMPARED = new Set([
  "net.IP",
  "net.CIDR",
  "kubernetes.Quantity",
  "kubernetes.Semver",
  "kubernetes.authorization.Authorizer",
  "kubernetes.authorization.PathCheck",
  "kubernetes.authorization.GroupCheck",
  "kubernetes.authorization.ResourceCheck",
  "kubernetes.authorization.Decision",
]);

const equality: Estimator = ({ args: [a, b] }) => {
  if (a === undefined || b === undefined || !a.type.is(b.type)) return undefined;
  const { name } = a.type;
  if (QUICKLY_COMPARED.has(name)) return { cost: ONE };
  if (name === "kubernetes.NamedFormat") return { cost: scaled({ min: 1, max: 64 }, TRAVERSAL) };
  if (name !== "kubernetes.URL") return undefined;
  const size = b.size === undefined ? ONE : b.size;
  return { cost: scaled({ min: 1, max: size.max }, TRAVERSAL) };
};

const group = (names: string, estimator: Estimator): readonly (readonly [string, Estimator])[] =>
  names.split(" ").map((name) => [name, estimator]);

/** By function, whatever the overload is; Kubernetes' own. */
const BY_FUNCTION: ReadonlyMap<string, Estimator> = new Map([
  ...group("check", () => ({ cost: exactly(CHECK_COST) })),
  ...group("serviceAccount path group resource subresource namespace name allowed reason error errored", NOMINAL),
  ...group("masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast", NOMINAL),
  ...group(
    "isGlobalUnicast format.named sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan",
    NOMINAL,
  ),
  ...group(
    "compareTo add sub major minor patch getScheme getHostname getHost getPort getEscapedPath getQuery",
    NOMINAL,
  ),
  ...group("fieldSelector labelSelector", selector),
  ...group("isSorted sum max min indexOf lastIndexOf", eachItem),
  ...group("url jsonpatch.escapeKey", parseSized),
  ...group("lowerAscii upperAscii substring trim", traverseTarget),
  ...group("replace", replace),
  ...group("split", split),
  ...group("join", join),
  ...group("find findAll", find),
  ...group("cidr isIP isCIDR quantity isQuantity semver isSemver", parse()),
  ...group("ip", (operands, overload) => (overload === "cidr_ip" ? { cost: ONE } : parse()(operands, overload))),
  ...group("ip.isCanonical", parse(2)),
  ...group("containsIP", contains(false, "cidr_contains_ip_string")),
  ...group("containsCIDR", contains(true, "cidr_contains_cidr_string")),
  ...group("validate", validate),
  ...group("_==_", equality),
]);

function allocating(factor: number, size: Estimate): CallEstimate {
  return { cost: plus(plus(scaled(size, factor), ONE), exactly(CREATE_LIST_COST)), size };
}

/** The number that an argument is when it is written out. */
function literalInt(node: CostNode | undefined, otherwise: number): number {
  const value = node?.expr?.kind === "literal" ? node.expr.value : undefined;
  return typeof value === "bigint" ? Number(value < 0n ? 0n : value) : otherwise;
}

const sets =
  (factor: number): Estimator =>
  ({ args: [a, b] }) =>
    a && b && { cost: plus(scaled(times(a.sizeOrDeclared(), b.sizeOrDeclared()), factor), ONE) };

const slice: Estimator = ({ target, args: [start, end] }) => {
  if (target === undefined) return undefined;
  const length = literalInt(end, target.sizeOrDeclared().max) - literalInt(start, 0);
  return allocating(1, exactly(length < 0 ? UNBOUNDED + length : length));
};

const flatten: Estimator = ({ target, args: [depth] }) =>
  target && allocating(depth === undefined ? 1 : literalInt(depth, UNBOUNDED), target.sizeOrDeclared());

const selfComparing = (node: CostNode | undefined, text: boolean): CallEstimate | undefined => {
  const size = node?.sizeOrDeclared();
  return size && allocating(text ? 2 + TRAVERSAL : 2, times(size, size));
};

const isText = (overload: string): boolean => /^list_(string|bytes)_/.test(overload);

/** By overload; those of extensions, which come before {@link BY_FUNCTION}. */
const BY_OVERLOAD: ReadonlyMap<string, Estimator> = new Map([
  ...group("list_sets_contains_list list_sets_intersects_list", sets(1)),
  ...group("list_sets_equivalent_list", sets(2)),
  ...group("list_slice", slice),
  ...group("list_flatten list_flatten_int", flatten),
  ...group("lists_range", ({ args: [count] }) => allocating(1, exactly(literalInt(count, UNBOUNDED)))),
  ...group("list_reverse", ({ target }) => target && allocating(1, target.sizeOrDeclared())),
  ...group("list_distinct", ({ target }) => selfComparing(target, false)),
]);

/** What a library says that a call costs, without its operands; undefined when it says nothing. */
export function libraryEstimate(name: string, overload: string, operands: CallOperands): CallEstimate | undefined {
  if (overload.endsWith("_sort") && name === "sort") return selfComparing(operands.target, isText(overload));
  if (name === "@sortByAssociatedKeys") return selfComparing(operands.args[0], isText(overload));
  const own = BY_OVERLOAD.get(overload)?.(operands, overload);
  return own ?? BY_FUNCTION.get(name)?.(operands, overload);
}

const known = (node: CostNode | undefined): Estimate => node?.size ?? UNKNOWN;

/** What the language says that a call costs, without its operands. */
export function standardEstimate(overload: string, { target, args }: CallOperands): CallEstimate {
  const [first, second] = args;
  switch (overload) {
    case "string_format":
      return { cost: scaled(known(target), TRAVERSAL) };
    case "string_to_bytes":
      return { cost: scaled(known(first), TRAVERSAL), size: { min: known(first).min, max: known(first).max * 4 } };
    case "bytes_to_string": {
      const { min, max } = known(first);
      return { cost: scaled({ min, max }, TRAVERSAL), size: { min: Math.floor(min / 4), max } };
    }
    case "strings_quote": {
      const { min, max } = known(first);
      // Upstream's number wraps around for texts without a limit.
      return {
        cost: scaled({ min, max }, TRAVERSAL),
        size: { min: min + 2, max: max === UNBOUNDED ? 0 : max * 2 + 2 },
      };
    }
    case "starts_with_string":
    case "ends_with_string":
      return { cost: scaled(known(first), TRAVERSAL) };
    case "in_list":
      return { cost: scaled(known(second), 1) };
    case "matches_string":
      return { cost: times(scaled(plus(known(target), ONE), TRAVERSAL), scaled(known(first), PATTERN)) };
    case "contains_string":
      return { cost: times(scaled(known(target), TRAVERSAL), scaled(known(first), TRAVERSAL)) };
    case "add_list":
      return { cost: ONE, size: plus(known(first), known(second)) };
    case "add_string":
    case "add_bytes": {
      const size = plus(known(first), known(second));
      return { cost: scaled(size, TRAVERSAL), size };
    }
  }
  if (/^(less|greater)(_equals)?_(string|bytes)$|^equals$|^not_equals$/.test(overload)) {
    const max = Math.min(known(first).max, known(second).max);
    return { cost: scaled({ min: max > 0 ? 1 : 0, max }, TRAVERSAL) };
  }
  return { cost: ONE };
}
