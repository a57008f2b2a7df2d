import type { Schema } from "@pinnace/apimachinery";
import {
  type CompiledExpression,
  type CompileFailure,
  type Environment,
  type SizeEstimator,
  UNBOUNDED,
} from "../contract.ts";
import { baseEnvironment } from "../environment.ts";
import type { CompiledRule, ValidationRule } from "../kubernetes-contract.ts";
import { BOOL, type CelType, optionalType, STRING } from "../types/cel-type.ts";
import { type DeclType, nameDecl } from "../types/decl-type.ts";

const MAX_REQUEST_SIZE = 3 * 1024 * 1024;
/** Upstream's limit for one rule and its message. */
const RULE_LIMIT = 10_000_000;
/** Upstream's limit for all rules of a schema together. */
const SCHEMA_LIMIT = 100_000_000;
const MOST_EXPENSIVE = 4;

/**
 * Compiles the `x-kubernetes-validations` of one node of a schema; its children have their own. `type` is the node's
 * type, as {@link declTypeOfSchema} makes it. The limits that CRDs are held to are not applied here.
 */
export function compileRules(schema: Schema, type: DeclType): readonly CompiledRule[] {
  const rules = (schema["x-kubernetes-validations"] ?? []) as unknown as readonly ValidationRule[];
  if (rules.length === 0) return [];
  const self = nameDecl(type, "selfType");
  const environments = {
    plain: environmentFor(self, self.celType),
    optional: environmentFor(self, optionalType(self.celType)),
  };
  const maxCardinality = Math.floor(MAX_REQUEST_SIZE / (type.minSerializedSize + 1));
  return rules.map((rule) => {
    const environment = rule.optionalOldSelf === true ? environments.optional : environments.plain;
    return { ...NOTHING, ...compileRule(rule, environment, sizesOf(self)), maxCardinality };
  });
}

const NOTHING = { usesOldSelf: false, maxCost: 0, messageExpressionMaxCost: 0 } as const;

function environmentFor(self: DeclType, oldSelf: CelType): Environment {
  return baseEnvironment().extend({ variables: { self: self.celType, oldSelf }, declTypes: [self] });
}

/** The sizes of what is below `self`. Whatever a path starts with, upstream takes it for `self`. */
function sizesOf(self: DeclType): SizeEstimator {
  return (path) => {
    const type = typeAt(self, path.slice(1));
    return type && { min: 0, max: type.maxElements < 0 ? UNBOUNDED : type.maxElements };
  };
}

/** The type that steps of a path lead to. */
export function typeAt(root: DeclType, steps: readonly string[]): DeclType | undefined {
  let type: DeclType | undefined = root;
  for (const step of steps) {
    if (step === "@items" || step === "@values") type = type.elementType;
    else type = step === "@keys" ? type.keyType : type.fields?.get(step)?.type;
    if (type === undefined) return undefined;
  }
  return type;
}

function compileRule(rule: ValidationRule, environment: Environment, sizes: SizeEstimator): Partial<CompiledRule> {
  if (rule.rule.trim() === "") return {};
  const program = environment.compile(rule.rule);
  const error = errorOf(program, BOOL, "cel expression must evaluate to a bool", "");
  if (error !== undefined || !program.ok) return { ...(error === undefined ? {} : { error }) };
  const compiled = {
    program,
    usesOldSelf: program.references.has("oldSelf"),
    maxCost: program.estimateCost(sizes).max,
  };
  const { messageExpression } = rule;
  if (messageExpression === undefined || messageExpression === "") return compiled;
  return { ...compiled, ...compileMessage(messageExpression, environment, sizes) };
}

function compileMessage(expression: string, environment: Environment, sizes: SizeEstimator): Partial<CompiledRule> {
  const program = environment.compile(expression);
  const error = errorOf(program, STRING, "messageExpression must evaluate to a string", "messageExpression ");
  if (error !== undefined || !program.ok) return { ...(error === undefined ? {} : { messageExpressionError: error }) };
  return { messageExpression: program, messageExpressionMaxCost: program.estimateCost(sizes).max };
}

function errorOf(
  program: CompiledExpression | CompileFailure,
  type: CelType,
  wrongType: string,
  prefix: string,
): string | undefined {
  if (!program.ok) return `${prefix}compilation failed: ${program.issues}`;
  if (!program.outputType.is(type)) return wrongType;
  const { programError } = program;
  if (programError === undefined) return undefined;
  return `${prefix === "" ? "program " : prefix}instantiation failed: ${programError}`;
}

/** Says that a cost is beyond a limit: `estimated rule cost exceeds budget by factor of 2.5x (try ...)`. */
export function ruleCostMessage(name: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown = factor > 100 ? "more than 100x" : `${factor < 1.5 ? factor.toFixed(6) : factor.toFixed(1)}x`;
  const advice = "try simplifying the rule, or adding maxItems, maxProperties, and maxLength";
  return `${name} exceeds budget by factor of ${shown} (${advice} where arrays, maps, and strings are declared)`;
}

/**
 * How often the children of a schema node can be there, when the node itself can be there `cardinality` times;
 * undefined is "nobody knows": start with 1 at the root.
 */
export function ruleCardinality(schema: Schema, cardinality: number | undefined): number | undefined {
  if (cardinality === undefined) return undefined;
  const factor = childrenOf(schema);
  return factor === undefined ? undefined : Math.min(cardinality * factor, UNBOUNDED);
}

function childrenOf({ type, additionalProperties, maxProperties, maxItems }: Schema): number | undefined {
  if (type === "array") return maxItems === undefined ? undefined : Math.max(0, maxItems);
  if (type !== "object" || additionalProperties === undefined) return 1;
  return maxProperties === undefined ? undefined : Math.max(0, maxProperties);
}

/** The costs of all rules of one schema, for the errors of a CustomResourceDefinition. `Path` is the caller's. */
export class RuleCostTotal<Path> {
  #total = 0;
  #rules: readonly { readonly path: Path; readonly cost: number }[] = [];

  /** The cost of a rule wherever its node can be. */
  static of(rule: CompiledRule, cardinality: number | undefined): number {
    return Math.min(rule.maxCost * (cardinality ?? rule.maxCardinality), UNBOUNDED);
  }

  /** Counts a rule or a message; answers the error when it is too expensive by itself. */
  add(path: Path, cost: number, name: "estimated rule cost" | "estimated messageExpression cost"): string | undefined {
    this.#total = Math.min(this.#total + cost, UNBOUNDED);
    if (cost >= SCHEMA_LIMIT / 100) {
      const all = [...this.#rules, { path, cost }].sort((a, b) => b.cost - a.cost);
      this.#rules = all.slice(0, MOST_EXPENSIVE);
    }
    return cost > RULE_LIMIT ? ruleCostMessage(name, cost, RULE_LIMIT) : undefined;
  }

  /** When all rules together are too expensive: the most expensive ones, and the error for the schema. */
  excess(): { readonly contributors: readonly Path[]; readonly message: string } | undefined {
    if (this.#total <= SCHEMA_LIMIT) return undefined;
    const name = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
    return {
      contributors: this.#rules.map((rule) => rule.path),
      message: ruleCostMessage(name, this.#total, SCHEMA_LIMIT),
    };
  }
}
