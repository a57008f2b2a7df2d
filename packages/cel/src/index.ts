/**
 * The Common Expression Language as Kubernetes 1.36 speaks it.
 *
 * Functions, with these signatures (those not yet below arrive in this order):
 *
 * - `baseEnvironment(): Environment`: language and libraries of 1.36, shared
 * - `bindings(): Library`, `jsonPatchLibrary(): Library`
 * - `declTypeOfSchema(schema, { root?, resolve? }): DeclType | undefined`: upstream's SchemaDeclType
 * - `valueOfSchema(json, schema, { root?, resolve? }): CelValue`: upstream's UnstructuredToVal
 * - `dynamicValue(json): CelValue`: data without a schema, such as `object` and `request` of policies
 * - `toJson(value): Json`: back again; throws CodedError `CEL_NOT_JSON`
 * - `escapeIdentifier(name): string | undefined`, `unescapeIdentifier(name): string | undefined`
 * - `compileRules(schema, declType): readonly CompiledRule[]`: `x-kubernetes-validations` of one schema node
 * - `ruleCostMessage(name, cost, limit): string`: "estimated rule cost exceeds budget by factor of ..."
 * - `policyCompiler(variables: PolicyVariables, types?: { object?: DeclType; params?: DeclType }): PolicyCompiler`
 * - `lazyVariables(thunks: Record<string, () => CelValue>): CelValue`: the value of `variables`
 * - `authorizerValue(check: AuthorizationCheckFunction): CelValue`, `requestResourceValue(authorizer, resource)`
 * - `typeNameErrors(value): readonly string[]`: wrong type names within `Object{...}`
 * - `compileDeviceSelector(expression): DeviceSelector`
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
