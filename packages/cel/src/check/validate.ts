import { type Clause, clauseError, type FormatError, readFormat } from "../library/format-clauses.ts";
import { compilePattern } from "../library/patterns.ts";
import { type Call, type CreateList, type CreateMap, childrenOf, type Expr } from "../syntax/ast.ts";
import type { Issue } from "../syntax/source.ts";
import { type CelType, unwrapOptional } from "../types/cel-type.ts";
import { toDuration, toTimestamp } from "../values/convert.ts";
import { CelError, type CelValue } from "../values/value.ts";
import type { CheckedExpr } from "./checked.ts";

/** What is wrong with an expression whose types are right: literals that are none, mixed lists, formats. */
export function validate(checked: CheckedExpr): readonly Issue[] {
  const nodes: Visited[] = [];
  collect(checked.expr, false, nodes);
  const types = (expr: Expr): CelType => checked.types.get(expr) as CelType;
  return [
    ...literalArguments(nodes, "duration", (value) => toDuration(value)),
    ...literalArguments(nodes, "timestamp", (value) => toTimestamp(value)),
    ...literalArguments(nodes, "matches", (value) => (typeof value === "string" ? compilePattern(value) : undefined)),
    ...nodes.flatMap(({ expr, inFormat }) => (expr.kind === "list" && !inFormat ? mixedList(expr, types) : [])),
    ...nodes.flatMap(({ expr, inFormat }) => (expr.kind === "map" && !inFormat ? mixedMap(expr, types) : [])),
    ...nodes.flatMap(({ expr }) => (expr.kind === "call" ? formatCall(expr, types) : [])),
  ];
}

interface Visited {
  readonly expr: Expr;
  /** Within a call of `format`, lists may be mixed. */
  readonly inFormat: boolean;
}

function collect(expr: Expr, inFormat: boolean, nodes: Visited[]): void {
  nodes.push({ expr, inFormat });
  const within = inFormat || (expr.kind === "call" && expr.function === "format");
  for (const child of childrenOf(expr)) collect(child, within, nodes);
}

function literalArguments(
  nodes: readonly Visited[],
  name: string,
  read: (value: CelValue) => unknown,
): readonly Issue[] {
  return nodes.flatMap(({ expr }) => {
    const argument = expr.kind === "call" && expr.function === name ? expr.args[0] : undefined;
    if (argument?.kind !== "literal" || !(read(argument.value) instanceof CelError)) return [];
    return [{ offset: argument.offset, message: `invalid ${name} argument` }];
  });
}

function mismatch(expr: Expr, expected: CelType, found: CelType): Issue {
  return { offset: expr.offset, message: `expected type '${expected.display()}' but found '${found.display()}'` };
}

function mixedList(list: CreateList, types: (expr: Expr) => CelType): readonly Issue[] {
  let first: CelType | undefined;
  for (const [index, element] of list.elements.entries()) {
    const own = types(element);
    const type = list.optional.has(index) ? (unwrapOptional(own) ?? own) : own;
    first ??= type;
    if (!first.is(type)) return [mismatch(element, first, type)];
  }
  return [];
}

function mixedMap(map: CreateMap, types: (expr: Expr) => CelType): readonly Issue[] {
  const issues: Issue[] = [];
  let first: readonly [CelType, CelType] | undefined;
  for (const { key, value, optional } of map.entries) {
    const own = types(value);
    const pair = [types(key), optional ? (unwrapOptional(own) ?? own) : own] as const;
    first ??= pair;
    if (!first[0].is(pair[0])) issues.push(mismatch(key, first[0], pair[0]));
    if (!first[1].is(pair[1])) issues.push(mismatch(value, first[1], pair[1]));
  }
  return issues;
}

function formatCall(call: Call, types: (expr: Expr) => CelType): readonly Issue[] {
  const [list] = call.args;
  const { target } = call;
  if (call.function !== "format" || target?.kind !== "literal" || list?.kind !== "list") return [];
  if (typeof target.value !== "string") return [];
  let used = 0;
  const result = readFormat(target.value, list.elements.length, (clause, index) => {
    used = index + 1;
    return checkArgument(clause, list.elements[index] as Expr, types);
  });
  if (typeof result !== "string") return [{ offset: result.offset ?? call.offset, message: result.message }];
  if (list.elements.length <= used) return [];
  const counts = `(expected ${used}, got ${list.elements.length})`;
  return [{ offset: call.offset, message: `too many arguments supplied to string.format ${counts}` }];
}

const ALLOWED: Readonly<Record<Clause["kind"], readonly string[]>> = {
  s: ["list", "map", "int", "uint", "double", "bool", "string", "timestamp", "bytes", "duration", "type", "null"],
  d: ["int", "uint"],
  f: ["double", "string"],
  e: ["double", "string"],
  b: ["int", "uint", "bool"],
  x: ["int", "uint", "string", "bytes"],
  X: ["int", "uint", "string", "bytes"],
  o: ["int", "uint"],
};

function checkArgument(clause: Clause, arg: Expr, types: (expr: Expr) => CelType): string | FormatError {
  const bad = clause.kind === "s" ? firstBad(arg, types) : isAllowed(clause, types(arg)) ? undefined : arg;
  if (bad === undefined) return "";
  return { message: clauseError(clause.kind, types(bad).name), offset: bad.offset };
}

function isAllowed({ kind }: Clause, type: CelType): boolean {
  return type.kind === "dyn" || ALLOWED[kind].includes(type.kind);
}

/** The first part of a value that cannot be shown; looks into lists and maps that are written out. */
function firstBad(arg: Expr, types: (expr: Expr) => CelType): Expr | undefined {
  if (!isAllowed({ kind: "s", precision: 0 }, types(arg))) return arg;
  if (arg.kind !== "list" && arg.kind !== "map") return undefined;
  for (const part of childrenOf(arg)) {
    const bad = firstBad(part, types);
    if (bad !== undefined) return bad;
  }
  return undefined;
}
