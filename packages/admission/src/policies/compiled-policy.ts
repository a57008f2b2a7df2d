import type { Draft } from "@pinnace/apimachinery";
import {
  BOOL,
  CelError,
  type CelType,
  lazyVariables,
  listType,
  NULL,
  objectType,
  type PolicyCompiler,
  type PolicyExpression,
  type PolicyVariables,
  policyCompiler,
  STRING,
} from "@pinnace/cel";
import { type Activation, once } from "../expressions/activation.ts";
import type { CompiledText, Composition } from "../expressions/evaluate.ts";

/** One of `spec.validations`. */
export interface CompiledValidation extends CompiledText {
  readonly message: string;
  readonly reason?: string;
  readonly messageExpression?: CompiledText;
}

/** The expressions of a policy. Those that do not compile carry their error, which they give when they are evaluated. */
export interface CompiledPolicy {
  readonly variables: readonly (CompiledText & { readonly name: string })[];
  readonly matchConditions: readonly CompiledText[];
  readonly validations: readonly CompiledValidation[];
  readonly auditAnnotations: readonly (CompiledText & { readonly key: string })[];
  readonly mutations: readonly (CompiledText & { readonly patchType: string })[];
}

const compiled = new WeakMap<object, CompiledPolicy>();

/** Compiles a stored policy, once. */
export function compiledPolicy(policy: Draft): CompiledPolicy {
  let known = compiled.get(policy);
  if (known === undefined) {
    known = compilePolicy(policy);
    compiled.set(policy, known);
  }
  return known;
}

function compilePolicy({ spec }: Draft): CompiledPolicy {
  const params = spec.paramKind !== undefined;
  const compile = compilerWith(spec, { params, authorizer: true });
  const compileMutation = compilerWith(spec, { params, authorizer: true, patchTypes: true });
  return {
    variables: compile.variables,
    matchConditions: (spec.matchConditions ?? []).map(({ expression }: Draft) => compile.text(expression, BOOL)),
    validations: (spec.validations ?? []).map(
      ({ expression, message = "", reason, messageExpression }: Draft): CompiledValidation => ({
        ...compile.text(expression, BOOL),
        message,
        ...(reason === undefined ? {} : { reason }),
        ...(messageExpression ? { messageExpression: compile.message(messageExpression) } : {}),
      }),
    ),
    auditAnnotations: (spec.auditAnnotations ?? []).map(({ key, valueExpression }: Draft) => ({
      key,
      ...compile.text(valueExpression, STRING, NULL),
    })),
    mutations: (spec.mutations ?? []).map(({ patchType, jsonPatch, applyConfiguration }: Draft) => ({
      patchType,
      ...(patchType === "JSONPatch"
        ? compileMutation.text(jsonPatch.expression, listType(objectType("JSONPatch")))
        : compileMutation.text(applyConfiguration.expression, objectType("Object"))),
    })),
  };
}

interface TextCompiler {
  readonly variables: CompiledPolicy["variables"];
  text(source: string, ...returnTypes: readonly CelType[]): CompiledText;
  /** Of a message, which may not ask the authorizer. */
  message(source: string): CompiledText;
}

/** Compiles with some of the variables; made when the first expression needs it. */
function compilerWith(spec: Draft, declared: PolicyVariables): TextCompiler {
  const made = once((): { compiler: PolicyCompiler; variables: PolicyExpression[] } => {
    const compiler = policyCompiler(declared);
    const variables = (spec.variables ?? []).map(({ name, expression }: Draft) =>
      compiler.addVariable(name, expression),
    );
    return { compiler, variables };
  });
  return {
    get variables() {
      return made().variables.map((expression, index) => {
        const { name, expression: source } = spec.variables[index];
        return { name, source, ...expression };
      });
    },
    message: (source) => ({ source, ...made().compiler.compile(source, [STRING], { authorizer: false }) }),
    text: (source, ...returnTypes) => ({ source, ...made().compiler.compile(source, returnTypes) }),
  };
}

/** The variables of a policy in front of a request; each is evaluated when it is first read, and once. */
export function compositionOf({ variables }: Pick<CompiledPolicy, "variables">, activation: Activation): Composition {
  let cost = 0;
  const composed: Activation = { ...activation, variables: once(() => lazyVariables(thunks)) };
  const thunks = Object.fromEntries(
    variables.map(({ name, program, error }) => [
      name,
      once(() => {
        const broken = `composited variable ${JSON.stringify(name)} fails to`;
        if (program === undefined) return new CelError(`${broken} compile: ${error}`);
        const evaluation = program.evaluate(composed);
        cost += evaluation.cost;
        if (evaluation.error !== undefined) return new CelError(`${broken} evaluate: ${evaluation.error}`);
        return evaluation.value ?? null;
      }),
    ]),
  );
  return {
    activation: composed,
    takeCost: () => {
      const taken = cost;
      cost = 0;
      return taken;
    },
  };
}
