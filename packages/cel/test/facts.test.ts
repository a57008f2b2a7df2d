import { describe, expect, it } from "vitest";
import {
  baseEnvironment,
  bindings,
  CelType,
  type CelValue,
  type DeclType,
  DurationValue,
  DYN,
  declTypeOfSchema,
  dynamicValue,
  type Environment,
  jsonPatchLibrary,
  ListValue,
  nameDecl,
  OptionalValue,
  type SizeEstimator,
  TimestampValue,
  toJson,
  UintValue,
  UNBOUNDED,
  valueOfSchema,
} from "../src/index.ts";
import { typeAt } from "../src/kubernetes/rules.ts";
import { type Fact, type FactGroup, readFacts } from "./facts.ts";

interface Setting {
  readonly environment: Environment;
  readonly variables: Readonly<Record<string, CelValue>>;
  readonly sizes: SizeEstimator;
}

function settingOf({ data = {}, schema, value }: FactGroup): Setting {
  const types: Record<string, CelType> = Object.fromEntries(Object.keys(data).map((name) => [name, DYN]));
  const variables: Record<string, CelValue> = {};
  for (const [name, json] of Object.entries(data)) variables[name] = dynamicValue(json);
  const self = schema === undefined ? undefined : nameDecl(declTypeOfSchema(schema) as DeclType, "selfType");
  if (self !== undefined && schema !== undefined) {
    for (const name of ["self", "oldSelf"]) {
      types[name] = self.celType;
      variables[name] = valueOfSchema(value, schema);
    }
  }
  const environment = baseEnvironment().extend({
    variables: types,
    declTypes: self === undefined ? [] : [self],
    libraries: [bindings(), jsonPatchLibrary()],
  });
  const sizes: SizeEstimator = (path) => {
    const type = self === undefined || path[0] !== "self" ? undefined : typeAt(self, path.slice(1));
    return type && { min: 0, max: type.maxElements < 0 ? UNBOUNDED : type.maxElements };
  };
  return { environment, variables, sizes };
}

function shown(value: CelValue | undefined): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof UintValue) return `${value.value}u`;
  if (typeof value === "number") return `double(${goNumber(value)})`;
  if (value instanceof CelType) return `type(${value})`;
  if (value instanceof Uint8Array) return `bytes(${Buffer.from(value).toString("hex")})`;
  if (value instanceof TimestampValue) return `google.protobuf.Timestamp(${toJson(value)})`;
  if (value instanceof DurationValue) return `google.protobuf.Duration(${toJson(value)})`;
  if (value instanceof ListValue)
    return `[${Array.from({ length: value.size }, (_, i) => shown(value.at(i))).join(", ")}]`;
  if (!(value instanceof OptionalValue)) return String(value);
  return value.value === undefined ? "optional.none()" : `optional.of(${shown(value.value)})`;
}

function goNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  const power = Number(exponent);
  if (power >= -4 && power < 21) return String(value);
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

function observe({ environment, variables, sizes }: Setting, fact: Fact): Fact {
  const compiled = environment.compile(fact.expr);
  if (!compiled.ok) return { expr: fact.expr, issues: compiled.issues };
  const { min, max } = compiled.estimateCost(sizes);
  const { programError } = compiled;
  const base = { expr: fact.expr, type: String(compiled.outputType), estimate: [min, max] as const };
  if (programError !== undefined) return { ...base, programError };
  const { value, error, cost } = compiled.evaluate(variables);
  if (error !== undefined) return { ...base, cost, error };
  return fact.value === undefined ? { ...base, cost } : { ...base, cost, value: shown(value) };
}

/** Beyond 2^53 the last digits of an estimate do not count. */
function rounded(fact: Fact): Fact {
  const { estimate } = fact;
  return estimate === undefined ? fact : { ...fact, estimate: estimate.map((n) => Number(n.toPrecision(12))) as never };
}

const FILES = ["expressions", "formats", "corners", "schemas", "generated"];

describe.each(FILES)("upstream's answers: %s", (file) => {
  for (const group of readFacts(file)) {
    const setting = settingOf(group);
    it.each(group.facts.map((fact) => [fact.expr, fact] as const))("%s", (_expr, fact) => {
      expect(rounded(observe(setting, fact))).toEqual(rounded(fact));
    });
  }
});

describe("upstream's syntax errors", () => {
  const environment = baseEnvironment().extend({ libraries: [bindings()] });
  const facts = readFacts<readonly Fact[]>("syntax");
  it.each(facts.map((fact) => [fact.expr, fact.issues] as const))("%j", (expr, issues) => {
    const compiled = environment.compile(expr);
    expect(compiled.ok ? undefined : compiled.issues).toBe(issues);
  });
});
