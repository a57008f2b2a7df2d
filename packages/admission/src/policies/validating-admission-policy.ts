import { type Draft, StatusError, type StatusReason } from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../contract.ts";
import type { ExpressionInput } from "../expressions/activation.ts";
import type { Invocation } from "../matching/invocation.ts";
import { namespaceObjectOf } from "../matching/selectors.ts";
import { configuresAdmission } from "../matching/target.ts";
import { versioned } from "../patches/replace-object.ts";
import { refusal } from "../refusal.ts";
import { secondsSince } from "../webhooks/observer.ts";
import { compiledPolicy } from "./compiled-policy.ts";
import { type AuditAnnotation, type Decision, decide, failurePolicyOf } from "./decide.ts";
import { createPolicyObserver } from "./observer.ts";
import { collectParams } from "./params.ts";
import { bindingMatches, type PolicyHook, paramSource, policyHooks, policyInvocation } from "./policy-hooks.ts";

const POLICIES = "validatingadmissionpolicies";
const BINDINGS = "validatingadmissionpolicybindings";
const FAILURE = "validation.policy.admission.k8s.io/validation_failure";
/** Characters of an audit annotation that are kept. */
const MAX_ANNOTATION = 10 * 1024;

/** Why a request is refused, and by whom. */
interface Denial {
  readonly policy: string;
  readonly binding?: string;
  readonly message: string;
  readonly reason?: string;
}

/**
 * `ValidatingAdmissionPolicy` (KEP-3488): evaluates the expressions of policies whose bindings match a request. All are
 * evaluated; the first that denies, in order of the names, is the answer.
 */
export function createValidatingAdmissionPolicy(
  components: Pick<AdmissionComponents, "clock" | "metrics" | "authorizer">,
): AdmissionPlugin {
  const { clock, authorizer } = components;
  const observer = createPolicyObserver(components.metrics, "validating");
  return {
    name: "ValidatingAdmissionPolicy",
    handles: (request) => policyHooks(request, POLICIES, BINDINGS).length > 0 && !configuresAdmission(request),
    async validate(request) {
      const denials: Denial[] = [];
      for (const hook of policyHooks(request, POLICIES, BINDINGS)) await applyPolicy(request, hook, denials);
      const [first] = denials;
      if (first !== undefined) throw denied(request, first);
    },
  };

  async function applyPolicy(request: AdmissionRequest, { policy, bindings }: PolicyHook, denials: Denial[]) {
    const name: string = policy.metadata.name;
    const misconfigured = (error: unknown, what: string, binding?: string): void => {
      if (failurePolicyOf(policy) === "Ignore") return;
      const message = `failed to configure ${what}: ${messageOf(error)}`;
      denials.push({ policy: name, message, ...(binding === undefined ? {} : { binding }) });
    };
    const invocation = attempt(
      () => policyInvocation(request, policy),
      (error) => misconfigured(error, "policy"),
    );
    if (invocation === undefined) return;
    const source = paramSource(request, policy);
    if (source.error !== undefined) return misconfigured(source.error, "policy");
    const annotations = new Map<string, Set<string>>();
    for (const binding of bindings) {
      const params = attempt(
        () =>
          bindingMatches(request, binding) ? collectParams(request, source.definition, binding.spec.paramRef) : [],
        (error) => misconfigured(error, "binding", binding.metadata.name),
      );
      for (const param of params ?? [])
        denials.push(...(await applyBinding(request, invocation, policy, binding, param, annotations)));
    }
    for (const [key, values] of annotations) request.annotate(`${name}/${key}`, [...values].join(", "));
  }

  async function applyBinding(
    request: AdmissionRequest,
    invocation: Invocation,
    policy: Draft,
    binding: Draft,
    params: Draft | undefined,
    annotations: Map<string, Set<string>>,
  ): Promise<Denial[]> {
    const start = clock.now();
    const input = await inputOf(request, invocation, params);
    const verdict = await decide(compiledPolicy(policy), input, failurePolicyOf(policy));
    const seconds = secondsSince(clock, start);
    const by = { policy: policy.metadata.name, binding: binding.metadata.name };
    const denials = verdict.decisions.flatMap((decision, index) => {
      const outcome = decision.error ? decision.message : decision.action === "deny" ? "invalid" : "";
      const observe = (action: string): void => observer.observe(by.policy, by.binding, seconds, outcome, action);
      return enforce(request, binding, by, decision, index, observe);
    });
    const noted = verdict.annotations.flatMap((annotation) =>
      note(annotation, annotations, (message) => ({ ...by, message })),
    );
    return [...denials, ...noted];
  }

  async function inputOf(
    request: AdmissionRequest,
    invocation: Invocation,
    params: Draft | undefined,
  ): Promise<ExpressionInput> {
    return {
      request,
      invocation,
      authorizer,
      params,
      namespaceObject: namespaceObjectOf(request),
      object: await versioned(request, invocation, request.object),
      oldObject: await versioned(request, invocation, request.oldObject),
    };
  }
}

/** Does with a decision what the binding says. */
function enforce(
  request: AdmissionRequest,
  binding: Draft,
  by: { readonly policy: string; readonly binding: string },
  decision: Decision,
  index: number,
  observe: (action: string) => void,
): Denial[] {
  if (decision.action === "admit") {
    if (decision.error) observe("allow");
    return [];
  }
  const denials: Denial[] = [];
  const actions: readonly string[] = binding.spec.validationActions ?? [];
  for (const action of actions) {
    observe(action.toLowerCase());
    if (action === "Deny") denials.push({ ...by, ...reasonOf(decision), message: decision.message });
    else if (action === "Warn") request.warn(warning(by, decision));
    else request.annotate(FAILURE, failureText(binding, index, decision, actions));
  }
  return denials;
}

/** What `ask` gives; an expected failure is reported and gives undefined. */
function attempt<T>(ask: () => T, report: (error: unknown) => void): T | undefined {
  try {
    return ask();
  } catch (error) {
    report(error);
    return undefined;
  }
}

/** Collects an annotation, each value of a key once; one that failed denies the request. */
function note(
  annotation: AuditAnnotation,
  annotations: Map<string, Set<string>>,
  deny: (message: string) => Denial,
): Denial[] {
  if (annotation.type === "error") return [deny(annotation.message)];
  const values = annotations.get(annotation.key) ?? new Set();
  annotations.set(annotation.key, values.add(annotation.value.slice(0, MAX_ANNOTATION)));
  return [];
}

function reasonOf({ reason }: Decision): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}

function warning({ policy, binding }: { policy: string; binding: string }, { message }: Decision): string {
  return `Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${binding}': ${message}`;
}

function failureText(binding: Draft, index: number, { message }: Decision, actions: readonly string[]): string {
  const { policyName } = binding.spec;
  const failure = {
    message,
    policy: policyName,
    binding: binding.metadata.name,
    expressionIndex: index,
    validationActions: actions,
  };
  return JSON.stringify([failure]);
}

const CODES: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
};

/** The text says "is forbidden" whatever the reason is; the code follows the reason. */
function denied(request: AdmissionRequest, { policy, binding, message, reason = "Invalid" }: Denial): StatusError {
  const by = binding === undefined ? "" : ` with binding '${binding}'`;
  const text = `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`;
  const { status, message: said } = refusal(request, text);
  const details = { ...status.details, causes: [...(status.details?.causes ?? []), { message: text }] };
  return new StatusError(CODES[reason] ?? 422, reason as StatusReason, said, details);
}
