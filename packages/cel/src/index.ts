/**
 * The Common Expression Language as Kubernetes 1.36 speaks it: its syntax, type checker, libraries, costs and texts.
 *
 * ```ts
 * import type { Schema } from "@pinnace/apimachinery";
 * import { baseEnvironment, compileRules, declTypeOfSchema, INT, policyCompiler, valueOfSchema } from "@pinnace/cel";
 *
 * const sum = baseEnvironment().extend({ variables: { x: INT } }).compile("[1, 2, x].sum() > 40");
 * console.log(sum.ok && sum.evaluate({ x: 39n })); // { value: true, cost: 15 }
 *
 * const wrong = baseEnvironment().compile("1 + 'a'");
 * if (!wrong.ok) console.log(wrong.issues);
 * // ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'
 * //  | 1 + 'a'
 * //  | ..^
 *
 * // A CustomResourceDefinition's rules see data through its schema.
 * const schema: Schema = {
 *   type: "object",
 *   properties: { "min-size": { type: "integer" }, size: { type: "integer" } },
 *   "x-kubernetes-validations": [{ rule: "self.min__dash__size <= self.size" }],
 * };
 * const type = declTypeOfSchema(schema);
 * const [rule] = type === undefined ? [] : compileRules(schema, type);
 * const self = valueOfSchema({ "min-size": 3, size: 2 }, schema);
 * console.log(rule?.maxCost, rule?.program?.evaluate({ self })); // 5 { value: false, cost: 5 }
 *
 * // An admission policy's expressions share variables.
 * const policy = policyCompiler({ params: true });
 * policy.addVariable("owner", "object.metadata.labels[?'owner'].orValue('nobody')");
 * console.log(policy.compile("variables.owne == 'anna'").error?.split("\n")[0]);
 * // compilation failed: ERROR: <input>:1:10: undefined field 'owne'
 * ```
 *
 * Compile once, evaluate often: an expression becomes closures. A value is a {@link CelValue}: `bigint` is int, `number`
 * is double, {@link UintValue} is uint; {@link dynamicValue} and {@link valueOfSchema} show JSON as values without
 * copying it, and {@link toJson} goes back. Evaluation throws nothing but {@link PendingDecision}; errors are answers.
 *
 * Every evaluation has a budget, and so has everything it takes apart: 100,000 code points and 250 levels for an
 * expression, 10,000,000 elements for `lists.range`. Patterns are RE2's, matched in linear time.
 *
 * Costs, texts and positions are upstream's, to the last character wherever an expression has one mistake; after a
 * syntax error within the arguments of a macro, the errors that follow from it may differ.
 *
 * @packageDocumentation
 */
export * from "./contract.ts";
export { baseEnvironment } from "./environment.ts";
export { compileDeviceSelector } from "./kubernetes/device-selector.ts";
export { escapeIdentifier, unescapeIdentifier } from "./kubernetes/escape.ts";
export { policyCompiler } from "./kubernetes/policy-compiler.ts";
export { compileRules, RuleCostTotal, ruleCardinality, ruleCostMessage } from "./kubernetes/rules.ts";
export { declTypeOfSchema, type SchemaOptions } from "./kubernetes/schema-type.ts";
export { valueOfSchema } from "./kubernetes/schema-value.ts";
export * from "./kubernetes-contract.ts";
export { authorizerValue, requestResourceValue } from "./library/kubernetes/authorization.ts";
export { bindings, jsonPatchLibrary } from "./library/libraries.ts";
export * from "./types/cel-type.ts";
export * from "./types/decl-type.ts";
export { dynamicValue, lazyVariables } from "./values/dynamic.ts";
export { typeNameErrors } from "./values/struct.ts";
export { type ToJsonErrorCode, toJson } from "./values/to-json.ts";
export {
  CelError,
  type CelValue,
  DurationValue,
  ListValue,
  MapValue,
  OpaqueValue,
  OptionalValue,
  TimestampValue,
  UintValue,
} from "./values/value.ts";
