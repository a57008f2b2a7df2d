import type { Environment } from "../contract.ts";
import { baseEnvironment } from "../environment.ts";
import type { PolicyCompiler, PolicyExpression, PolicyTypes, PolicyVariables } from "../kubernetes-contract.ts";
import { AUTHORIZER, RESOURCE_CHECK } from "../library/kubernetes/authorization.ts";
import { jsonPatchLibrary } from "../library/libraries.ts";
import { type CelType, DYN } from "../types/cel-type.ts";
import { type DeclField, type DeclType, objectDecl, simpleDecl } from "../types/decl-type.ts";
import { NAMESPACE, REQUEST } from "./policy-types.ts";

/**
 * The compiler for the expressions of one admission policy, or for the match conditions of a webhook. With `types`,
 * objects and parameters are checked against their schemas, as the type checking of policies does.
 */
export function policyCompiler(variables: PolicyVariables = {}, types?: PolicyTypes): PolicyCompiler {
  return new Compiler(variables, types);
}

/** Kinds of types that keep their type as a variable; others become `dyn`. */
const KEPT = new Set([
  "any",
  "bool",
  "bytes",
  "double",
  "duration",
  "int",
  "list",
  "map",
  "null",
  "string",
  "timestamp",
  "uint",
]);

class Compiler implements PolicyCompiler {
  readonly #options: PolicyVariables;
  readonly #types: PolicyTypes | undefined;
  readonly #fields: DeclField[] = [];
  readonly #environments = new Map<boolean, Environment>();

  constructor(options: PolicyVariables, types: PolicyTypes | undefined) {
    this.#options = options;
    this.#types = types;
  }

  get environment(): Environment {
    return this.#environment(this.#options.authorizer === true);
  }

  compile(
    expression: string,
    returnTypes?: readonly CelType[],
    { authorizer = true }: { readonly authorizer?: boolean } = {},
  ): PolicyExpression {
    const program = this.#environment(authorizer && this.#options.authorizer === true).compile(expression);
    if (!program.ok) return { error: `compilation failed: ${program.issues}`, issues: program.issues };
    const { outputType, programError } = program;
    if (returnTypes !== undefined && !returnTypes.some((type) => outputType.is(type))) {
      return { error: `must evaluate to ${namesOf(returnTypes)} but got ${outputType}` };
    }
    return programError === undefined ? { program } : { error: `program instantiation failed: ${programError}` };
  }

  addVariable(name: string, expression: string): PolicyExpression {
    const compiled = this.compile(expression);
    this.#fields.push({ name, type: fieldType(compiled.program?.outputType ?? DYN) });
    this.#environments.clear();
    return compiled;
  }

  #environment(authorizer: boolean): Environment {
    let environment = this.#environments.get(authorizer);
    if (environment === undefined) {
      environment = this.#make(authorizer);
      this.#environments.set(authorizer, environment);
    }
    return environment;
  }

  #make(authorizer: boolean): Environment {
    const { params = false, patchTypes = false } = this.#options;
    const types = this.#types;
    const composed = objectDecl("kubernetes.variables", this.#fields);
    const object = types?.object?.celType ?? DYN;
    const declTypes: DeclType[] = [NAMESPACE, REQUEST, composed];
    for (const type of [types?.object, types?.params]) if (type !== undefined) declTypes.push(type);
    return baseEnvironment().extend({
      variables: {
        object,
        oldObject: object,
        namespaceObject: NAMESPACE.celType,
        request: REQUEST.celType,
        variables: composed.celType,
        ...(params ? { params: types?.params?.celType ?? DYN } : {}),
        ...(authorizer ? { authorizer: AUTHORIZER } : {}),
        // Type checking only knows the authorizer itself.
        ...(authorizer && types === undefined ? { "authorizer.requestResource": RESOURCE_CHECK } : {}),
      },
      declTypes,
      libraries: patchTypes ? [jsonPatchLibrary()] : [],
    });
  }
}

function fieldType(type: CelType): DeclType {
  return KEPT.has(type.kind) ? simpleDecl(type.name, type, 1) : simpleDecl("dyn", DYN, 1);
}

/** One type by its name, several as Go prints a slice. */
function namesOf(types: readonly CelType[]): string {
  return types.length === 1 ? String(types[0]) : `one of [${types.join(" ")}]`;
}
