import { isObject, memberOf } from "../member.ts";
import { type FilterOperator, jsonPathError, type Operand, type Step } from "./syntax.ts";

/**
 * The values that a path finds from these inputs. A field that no input has is an error `x is not found`, or nothing when missing
 * keys are allowed.
 */
export function evaluate(
  steps: readonly Step[],
  inputs: readonly unknown[],
  root: unknown,
  allowMissing: boolean,
): readonly unknown[] {
  let values = inputs;
  for (const step of steps) values = evaluateStep(step, values, root, allowMissing);
  return values;
}

function evaluateStep(
  step: Step,
  inputs: readonly unknown[],
  root: unknown,
  allowMissing: boolean,
): readonly unknown[] {
  switch (step.type) {
    case "field":
      return field(step.name, inputs, allowMissing);
    case "wildcard":
      return inputs.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
    case "recursive":
      return inputs.flatMap(containersIn);
    case "slice":
      return inputs.flatMap((value) => slice(step, value));
    case "union":
      return step.paths.flatMap((path) => evaluate(path, inputs, root, allowMissing));
    case "filter":
      return inputs.flatMap((value) => filter(step, value, root));
  }
}

function field(name: string, inputs: readonly unknown[], allowMissing: boolean): readonly unknown[] {
  const found = inputs.map((value) => (isObject(value) ? memberOf(value, name) : undefined));
  const values = found.filter((value) => value !== undefined);
  if (values.length === 0 && inputs.length > 0 && !allowMissing) {
    throw jsonPathError("JSON_PATH_NOT_FOUND", `${name} is not found`);
  }
  return values;
}

/** A value and every object and list below it. */
function containersIn(value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(containersIn)];
}

function slice(step: Extract<Step, { type: "slice" }>, value: unknown): readonly unknown[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw jsonPathError("JSON_PATH_TYPE", `${goKind(value)} is not array or slice`);
  const { length } = value;
  const from = fromEnd(step.from ?? 0, length);
  const to = step.index ? from + 1 : fromEnd(step.to ?? length, length);
  if (from === to) return [];
  for (const bound of [from, to - 1]) {
    if (bound < 0 || bound >= length) {
      throw jsonPathError("JSON_PATH_NOT_FOUND", `array index out of bounds: index ${bound}, length ${length}`);
    }
  }
  if (from > to) {
    throw jsonPathError("JSON_PATH_TYPE", `starting index ${from} is greater than ending index ${to}`);
  }
  const { step: every = 1 } = step;
  if (every <= 0) throw jsonPathError("JSON_PATH_TYPE", "step must be > 0");
  return value.slice(from, to).filter((_, index) => index % every === 0);
}

function fromEnd(index: number, length: number): number {
  return index < 0 ? index + length : index;
}

function goKind(value: unknown): string {
  if (isObject(value)) return "map[string]interface {}";
  return typeof value === "number" ? "float64" : typeof value === "boolean" ? "bool" : typeof value;
}

function filter(step: Extract<Step, { type: "filter" }>, value: unknown, root: unknown): readonly unknown[] {
  if (!Array.isArray(value) && !isObject(value)) return [];
  return Object.values(value).filter((item) => passes(step, item, root));
}

function passes(step: Extract<Step, { type: "filter" }>, item: unknown, root: unknown): boolean {
  const left = operand(step.left, item, root);
  if (step.operator === "exists") return left.length > 0;
  const right = step.right === undefined ? [] : operand(step.right, item, root);
  if (left.length === 0 || right.length === 0) return false;
  if (left.length > 1 || right.length > 1) {
    throw jsonPathError("JSON_PATH_TYPE", "can only compare one element at a time");
  }
  return compare(left[0], step.operator, right[0]);
}

function operand(side: Operand, item: unknown, root: unknown): readonly unknown[] {
  return side.type === "literal" ? [side.value] : evaluate(side.steps, [item], root, true);
}

function compare(left: unknown, operator: Exclude<FilterOperator, "exists">, right: unknown): boolean {
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  if (typeof left !== typeof right) throw jsonPathError("JSON_PATH_TYPE", "incompatible types for comparison");
  const [a, b] = [left as number, right as number];
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    default:
      return a >= b;
  }
}
