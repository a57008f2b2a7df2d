import type { CompiledExpression, Environment } from "./contract.ts";
import type { CelType } from "./types/cel-type.ts";
import type { DeclType } from "./types/decl-type.ts";

/** A rule of `x-kubernetes-validations`. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** Upstream's `cel.CompilationResult`. Neither program nor error: the rule was blank. */
export interface CompiledRule {
  readonly program?: CompiledExpression;
  /** `compilation failed: ...`, `cel expression must evaluate to a bool`. */
  readonly error?: string;
  readonly usesOldSelf: boolean;
  /** The estimated cost of one evaluation at most; to be multiplied by how often the schema's value can be there. */
  readonly maxCost: number;
  /** How often it can be there when maps and lists around it have no limits. */
  readonly maxCardinality: number;
  readonly messageExpression?: CompiledExpression;
  /** `messageExpression compilation failed: ...`, `messageExpression must evaluate to a string`. */
  readonly messageExpressionError?: string;
  readonly messageExpressionMaxCost: number;
}

/** Which variables an expression of an admission policy or webhook sees beside object, oldObject, request, namespaceObject. */
export interface PolicyVariables {
  readonly params?: boolean;
  readonly authorizer?: boolean;
  /** `Object{...}`, `JSONPatch{...}` and `jsonpatch.escapeKey`, for mutations. */
  readonly patchTypes?: boolean;
}

/** What {@link PolicyCompiler.compile} makes: either a program or an error. */
export interface PolicyExpression {
  readonly program?: CompiledExpression;
  /** `compilation failed: ...` or `must evaluate to bool but got int`. */
  readonly error?: string;
  /** What the compiler says alone, as the type checking of policies reports it; undefined for a wrong type. */
  readonly issues?: string;
}

/** Compiles the expressions of one policy; upstream's CompositedCompiler. */
export interface PolicyCompiler {
  readonly environment: Environment;
  /**
   * Compiles an expression that must be of one of the types; without types, of any. `authorizer: false` hides the
   * authorizer, which message expressions may not use.
   */
  compile(
    expression: string,
    returnTypes?: readonly CelType[],
    options?: { readonly authorizer?: boolean },
  ): PolicyExpression;
  /** Compiles `spec.variables[]`, in order; later expressions read it as `variables.<name>`. A broken one is `dyn`. */
  addVariable(name: string, expression: string): PolicyExpression;
}

/**
 * What expressions of a policy are checked against, where that is known: upstream's type checking of policies. The types
 * need names of their own ({@link nameDecl}) that are not those of variables.
 */
export interface PolicyTypes {
  readonly object?: DeclType;
  readonly params?: DeclType;
}

/** A device as its selector sees it (resource.k8s.io/v1 Device). */
export interface SelectableDevice {
  /** Stands in where the name of an attribute or a capacity has no domain. */
  readonly driver: string;
  readonly allowMultipleAllocations?: boolean;
  readonly attributes?: {
    readonly [qualifiedName: string]: {
      readonly int?: number;
      readonly bool?: boolean;
      readonly string?: string;
      readonly version?: string;
    };
  };
  readonly capacity?: { readonly [qualifiedName: string]: { readonly value: string } };
}

/** A compiled CEL selector of a device request or class. */
export interface DeviceSelector {
  /** `compilation failed: ...` or `must evaluate to bool or the unknown type, not int`. */
  readonly error?: string;
  /** The estimated cost at most; selectors beyond {@link MAX_SELECTOR_COST} are refused. */
  readonly maxCost: number;
  /** Whether a device is selected, or why that cannot be said. */
  matches(device: SelectableDevice): { readonly matches: boolean; readonly error?: string };
}

/** Upstream's CELSelectorExpressionMaxCost. */
export const MAX_SELECTOR_COST: number = 1_000_000;
