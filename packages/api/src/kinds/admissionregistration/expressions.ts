import { type Draft, invalidValue, required } from "@pinnace/apimachinery";
import {
  BOOL,
  type CelType,
  listType,
  NULL,
  objectType,
  type PolicyCompiler,
  type PolicyExpression,
  type PolicyVariables,
  policyCompiler,
  STRING,
} from "@pinnace/cel";
import type { Rule } from "../rules/rule.ts";

const BOOLEAN = [BOOL];
const MESSAGE = [STRING];
const ANNOTATION = [STRING, NULL];
const JSON_PATCH = [listType(objectType("JSONPatch"))];
const APPLY_CONFIGURATION = [objectType("Object")];

type Compile = (text: string) => PolicyExpression;

/** An expression that has to be there and to compile; `detail` says what is missing. */
function expression(detail: string, compile: Compile): Rule {
  return (value, path, errors) => {
    const text = String(value ?? "");
    if (text.trim() === "") return void errors.push(required(path, detail));
    const { error } = compile(text);
    if (error !== undefined) errors.push(invalidValue(path, text, error));
  };
}

/** The same for what upstream compiles, and shows, without the spaces around it. */
function trimmedExpression(compile: Compile): Rule {
  const rule = expression("", compile);
  return (value, path, errors, owner) => rule(String(value ?? "").trim(), path, errors, owner);
}

/** The expression of a match condition, which sees no variables of the policy. */
export function conditionExpression(params: boolean): Rule {
  const compiler = shared(params);
  return trimmedExpression((text) => compiler.compile(text, BOOLEAN));
}

const stateless = new Map<boolean, PolicyCompiler>();

function shared(params: boolean): PolicyCompiler {
  let compiler = stateless.get(params);
  if (compiler === undefined) {
    compiler = policyCompiler({ params, authorizer: true });
    stateless.set(params, compiler);
  }
  return compiler;
}

/** Rules for the expressions of one policy. Variables are known to what comes after them. */
export interface PolicyExpressions {
  readonly condition: Rule;
  /** Of one of `spec.variables`; remembers it. */
  readonly variable: Rule;
  readonly validation: Rule;
  readonly message: Rule;
  /** The error of a value of an audit annotation. */
  annotationError(text: string): string | undefined;
  readonly jsonPatch: Rule;
  readonly applyConfiguration: Rule;
}

export function policyExpressions(spec: Draft): PolicyExpressions {
  const params = spec?.paramKind !== undefined && spec?.paramKind !== null;
  const variables: { readonly name: string; readonly expression: string }[] = [];
  const main = composed({ params, authorizer: true }, variables);
  const mutation = composed({ params, authorizer: true, patchTypes: true }, variables);
  const compile =
    (compiler: () => PolicyCompiler, types: readonly CelType[]): Compile =>
    (text) =>
      compiler().compile(text, types);
  return {
    condition: conditionExpression(params),
    variable: (value, path, errors, owner) => {
      const remember: Compile = (text) => {
        const result = main().addVariable(owner.name ?? "", text);
        variables.push({ name: owner.name ?? "", expression: text });
        return result;
      };
      expression("expression is not specified", remember)(value, path, errors, owner);
    },
    validation: expression("expression is not specified", compile(main, BOOLEAN)),
    message: expression("", (text) => main().compile(text, MESSAGE, { authorizer: false })),
    annotationError: (text) => main().compile(text, ANNOTATION).error,
    jsonPatch: trimmedExpression(compile(mutation, JSON_PATCH)),
    applyConfiguration: trimmedExpression(compile(mutation, APPLY_CONFIGURATION)),
  };
}

/** A compiler that is made when it is first needed; all but the first are told the variables then. */
function composed(
  declared: PolicyVariables,
  variables: readonly { readonly name: string; readonly expression: string }[],
): () => PolicyCompiler {
  let compiler: PolicyCompiler | undefined;
  return () => {
    if (compiler === undefined) {
      compiler = policyCompiler(declared);
      for (const { name, expression } of variables) compiler.addVariable(name, expression);
    }
    return compiler;
  };
}
