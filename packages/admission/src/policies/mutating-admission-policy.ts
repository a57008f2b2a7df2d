import { type Draft, StatusError, semanticEqual, thaw } from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../contract.ts";
import { activationOf, type ExpressionInput } from "../expressions/activation.ts";
import { matchConditions } from "../expressions/match-conditions.ts";
import type { Invocation } from "../matching/invocation.ts";
import { namespaceObjectOf } from "../matching/selectors.ts";
import { configuresAdmission } from "../matching/target.ts";
import { replaceObject, versioned } from "../patches/replace-object.ts";
import { refusal } from "../refusal.ts";
import { ReinvocableCallees, reinvocationOf } from "../reinvocation.ts";
import { secondsSince } from "../webhooks/observer.ts";
import { compiledPolicy, compositionOf } from "./compiled-policy.ts";
import { failurePolicyOf } from "./decide.ts";
import { mutated } from "./mutate.ts";
import { createPolicyObserver } from "./observer.ts";
import { collectParams } from "./params.ts";
import { bindingMatches, type PolicyHook, paramSource, policyHooks, policyInvocation } from "./policy-hooks.ts";

const NAME = "MutatingAdmissionPolicy";
const POLICIES = "mutatingadmissionpolicies";
const BINDINGS = "mutatingadmissionpolicybindings";

/** One use of a policy. */
interface Use {
  readonly policy: Draft;
  readonly binding: Draft;
  readonly invocation: Invocation;
  readonly params: Draft | undefined;
}

/** Why a policy could not do its work. */
interface PolicyError {
  readonly policy: Draft;
  readonly binding?: Draft;
  readonly message: string;
  /** Of the answer, where this is the first error. */
  readonly reason: "Invalid" | "Forbidden";
}

/**
 * `MutatingAdmissionPolicy` (KEP-3962): changes objects by the expressions of policies whose bindings match a request, one
 * after the other in order of their names. Those with `reinvocationPolicy: IfNeeded` work once more when something changed
 * the object after them.
 */
export function createMutatingAdmissionPolicy(
  components: Pick<AdmissionComponents, "clock" | "metrics" | "authorizer">,
): AdmissionPlugin {
  const { clock, authorizer } = components;
  const observer = createPolicyObserver(components.metrics, "mutating");
  return {
    name: NAME,
    handles: (request) => policyHooks(request, POLICIES, BINDINGS).length > 0 && !configuresAdmission(request),
    async mutate(request) {
      const errors: PolicyError[] = [];
      const uses = policyHooks(request, POLICIES, BINDINGS).flatMap((hook) => usesOf(request, hook, errors));
      const reinvocation = reinvocationOf(request);
      const callees = reinvocation.memory(NAME, () => new ReinvocableCallees());
      if (reinvocation.again && callees.output !== JSON.stringify(request.object)) callees.requireAll();
      for (const use of uses) {
        const key = keyOf(use);
        const due = !reinvocation.again || callees.isDue(key);
        const before = thaw(request.object);
        const applied = await apply(request, use, due, errors);
        if (!applied) continue;
        if (!semanticEqual(before, request.object)) {
          callees.requireAll();
          reinvocation.demand();
        }
        if (use.policy.spec.reinvocationPolicy === "IfNeeded") callees.called(key);
      }
      callees.output = JSON.stringify(request.object);
      const fatal = errors.filter(({ policy }) => failurePolicyOf(policy) === "Fail");
      if (fatal.length > 0) throw denied(request, fatal);
    },
  };

  /** Says whether the policy did its work on this request. */
  async function apply(request: AdmissionRequest, use: Use, due: boolean, errors: PolicyError[]): Promise<boolean> {
    const { policy, binding, invocation } = use;
    const compiled = compiledPolicy(policy);
    const input = await inputOf(request, use);
    if (compiled.matchConditions.length > 0) {
      const { namespaceObject: _, ...rest } = input;
      const composition = compositionOf(compiled, activationOf(rest));
      const matched = await matchConditions(compiled.matchConditions, composition, failurePolicyOf(policy));
      if (matched.type === "failed") errors.push({ policy, binding, message: matched.error, reason: "Invalid" });
      if (matched.type !== "matched") return false;
    }
    if (!due) return false;
    if (request.object === undefined) return true;
    for (const mutation of compiled.mutations) {
      const start = clock.now();
      let error = "";
      try {
        const next = await mutated(compiled, mutation, await inputOf(request, use));
        if (next !== request.object) await replaceObject(request, invocation, next);
      } catch (failure) {
        if (failure instanceof StatusError) throw failure;
        error = messageOf(failure);
        errors.push({ policy, binding, message: error, reason: "Invalid" });
      }
      observer.observe(policy.metadata.name, binding.metadata.name, secondsSince(clock, start), error);
    }
    return true;
  }

  async function inputOf(request: AdmissionRequest, { invocation, params }: Use): Promise<ExpressionInput> {
    return {
      ...{ request, invocation, params, authorizer },
      namespaceObject: namespaceObjectOf(request),
      object: await versioned(request, invocation, request.object),
      oldObject: await versioned(request, invocation, request.oldObject),
    };
  }
}

/** How a policy is used on a request: once for each matching binding and parameter. */
function usesOf(request: AdmissionRequest, { policy, bindings }: PolicyHook, errors: PolicyError[]): Use[] {
  try {
    const invocation = policyInvocation(request, policy);
    if (invocation === undefined) return [];
    const { definition, error } = paramSource(request, policy);
    if (error !== undefined) throw new Error(error);
    return bindings.flatMap((binding) => {
      try {
        if (!bindingMatches(request, binding)) return [];
        const all = collectParams(request, definition, binding.spec.paramRef);
        return all.map((params) => ({ policy, binding, invocation, params }));
      } catch (error) {
        errors.push({
          policy,
          binding,
          message: `failed to configure binding: ${messageOf(error)}`,
          reason: "Forbidden",
        });
        return [];
      }
    });
  } catch (error) {
    errors.push({ policy, message: `failed to configure policy: ${messageOf(error)}`, reason: "Forbidden" });
    return [];
  }
}

function keyOf({ policy, binding, params }: Use): string {
  const { namespace = "", name = "" } = params?.metadata ?? {};
  return [policy.metadata.name, binding.metadata.name, namespace, name].join("\n");
}

/** 403 with the first error as its text, whatever its reason is, and all of them as causes. */
function denied(request: AdmissionRequest, errors: readonly PolicyError[]): StatusError {
  const { status, code } = refusal(request, "admission request denied by policy");
  const messages = errors.map(({ policy, binding, message }) =>
    binding === undefined
      ? `policy ${JSON.stringify(policy.metadata.name)} denied request: ${message}`
      : `policy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${message}`,
  );
  const causes = [...(status.details?.causes ?? []), ...messages.map((message) => ({ message }))];
  return new StatusError(code, errors[0]?.reason ?? "Forbidden", messages[0] ?? "", { ...status.details, causes });
}
