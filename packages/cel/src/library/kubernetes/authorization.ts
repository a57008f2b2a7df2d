import { nameIsDnsLabel, nameIsDnsSubdomain } from "@pinnace/apimachinery";
import { declare, type FunctionDeclaration, member, type Overload } from "../../check/declarations.ts";
import {
  type AuthorizationAnswer,
  type AuthorizationCheck,
  type AuthorizationCheckFunction,
  PendingDecision,
} from "../../contract.ts";
import { BOOL, type CelType, objectType, STRING } from "../../types/cel-type.ts";
import { CelError, type CelValue, OpaqueValue } from "../../values/value.ts";

/** The type of `authorizer` in policies. */
export const AUTHORIZER: CelType = objectType("kubernetes.authorization.Authorizer");
const PATH_CHECK = objectType("kubernetes.authorization.PathCheck");
const GROUP_CHECK = objectType("kubernetes.authorization.GroupCheck");
/** The type of `authorizer.requestResource` in policies. */
export const RESOURCE_CHECK: CelType = objectType("kubernetes.authorization.ResourceCheck");
const DECISION = objectType("kubernetes.authorization.Decision");

/** Remembers what was asked and answered, so that an expression can be evaluated again when an answer is there. */
class Authorizer {
  readonly #check: AuthorizationCheckFunction;
  readonly #answers = new Map<string, AuthorizationAnswer>();

  constructor(check: AuthorizationCheckFunction) {
    this.#check = check;
  }

  decide(check: AuthorizationCheck): AuthorizationAnswer {
    const key = JSON.stringify(check, Object.keys(check).sort());
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = this.#check(check);
    if (!(answer instanceof Promise)) {
      this.#answers.set(key, answer);
      return answer;
    }
    throw new PendingDecision(answer.then((settled) => void this.#answers.set(key, settled)));
  }
}

/** A step on the way to a check: the authorizer itself, a path, a group or a resource. */
class CheckValue extends OpaqueValue {
  readonly type: CelType;
  readonly authorizer: Authorizer;
  readonly check: Omit<AuthorizationCheck, "verb">;

  constructor(type: CelType, authorizer: Authorizer, check: Omit<AuthorizationCheck, "verb">) {
    super();
    this.type = type;
    this.authorizer = authorizer;
    this.check = check;
  }

  with(type: CelType, more: Omit<AuthorizationCheck, "verb">): CheckValue {
    return new CheckValue(type, this.authorizer, { ...this.check, ...more });
  }

  equals(other: CelValue): boolean {
    return this === other;
  }
}

class DecisionValue extends OpaqueValue {
  readonly type: CelType = DECISION;
  readonly answer: AuthorizationAnswer;

  constructor(answer: AuthorizationAnswer) {
    super();
    this.answer = answer;
  }

  equals(other: CelValue): boolean {
    return this === other;
  }
}

/** The value of `authorizer` for a user; `check` is asked once for each different question. */
export function authorizerValue(check: AuthorizationCheckFunction): CelValue {
  return new CheckValue(AUTHORIZER, new Authorizer(check), {});
}

/** The value of `authorizer.requestResource`: the resource of the request at hand, already filled in. */
export function requestResourceValue(
  authorizer: CelValue,
  resource: Omit<AuthorizationCheck, "verb" | "path">,
): CelValue {
  return (authorizer as CheckValue).with(RESOURCE_CHECK, resource);
}

const step =
  (type: CelType, more: (text: string) => Omit<AuthorizationCheck, "verb">, empty?: string) =>
  (value: CelValue | undefined, text: CelValue | undefined): CelValue => {
    if (empty !== undefined && (text as string).trim() === "") return new CelError(`${empty} must not be empty`);
    return (value as CheckValue).with(type, more(text as string));
  };

function serviceAccount(
  value: CelValue | undefined,
  namespace: CelValue | undefined,
  name: CelValue | undefined,
): CelValue {
  if (nameIsDnsSubdomain(name as string, false).length > 0) return new CelError("Invalid service account name");
  if (nameIsDnsLabel(namespace as string, false).length > 0) return new CelError("Invalid service account namespace");
  const account = { namespace: namespace as string, name: name as string };
  return (value as CheckValue).with(AUTHORIZER, { serviceAccount: account });
}

const decide = (value: CelValue | undefined, verb: CelValue | undefined): CelValue => {
  const { authorizer, check } = value as CheckValue;
  return new DecisionValue(authorizer.decide({ ...check, verb: verb as string }));
};

const refine = (id: string, more: (text: string) => Omit<AuthorizationCheck, "verb">): Overload =>
  member(id, [RESOURCE_CHECK, STRING], RESOURCE_CHECK, step(RESOURCE_CHECK, more));

const answerOf = (value: CelValue | undefined): AuthorizationAnswer => (value as DecisionValue).answer;

/** `authorizer.group("apps").resource("deployments").namespace("default").check("create").allowed()`. */
export const AUTHORIZATION: readonly FunctionDeclaration[] = [
  declare("path", [
    member(
      "authorizer_path",
      [AUTHORIZER, STRING],
      PATH_CHECK,
      step(PATH_CHECK, (path) => ({ path }), "path"),
    ),
  ]),
  declare("group", [
    member(
      "authorizer_group",
      [AUTHORIZER, STRING],
      GROUP_CHECK,
      step(GROUP_CHECK, (group) => ({ group })),
    ),
  ]),
  declare("serviceAccount", [
    member("authorizer_serviceaccount", [AUTHORIZER, STRING, STRING], AUTHORIZER, serviceAccount),
  ]),
  declare("resource", [
    member(
      "groupcheck_resource",
      [GROUP_CHECK, STRING],
      RESOURCE_CHECK,
      step(RESOURCE_CHECK, (resource) => ({ resource }), "resource"),
    ),
  ]),
  declare("subresource", [refine("resourcecheck_subresource", (subresource) => ({ subresource }))]),
  declare("namespace", [refine("resourcecheck_namespace", (namespace) => ({ namespace }))]),
  declare("name", [refine("resourcecheck_name", (name) => ({ name }))]),
  declare("fieldSelector", [refine("authorizer_fieldselector", (fieldSelector) => ({ fieldSelector }))]),
  declare("labelSelector", [refine("authorizer_labelselector", (labelSelector) => ({ labelSelector }))]),
  declare("check", [
    member("pathcheck_check", [PATH_CHECK, STRING], DECISION, decide),
    member("resourcecheck_check", [RESOURCE_CHECK, STRING], DECISION, decide),
  ]),
  declare("errored", [member("decision_errored", [DECISION], BOOL, (value) => answerOf(value).error !== undefined)]),
  declare("error", [member("decision_error", [DECISION], STRING, (value) => answerOf(value).error ?? "")]),
  declare("allowed", [member("decision_allowed", [DECISION], BOOL, (value) => answerOf(value).allowed)]),
  declare("reason", [member("decision_reason", [DECISION], STRING, (value) => answerOf(value).reason)]),
];
