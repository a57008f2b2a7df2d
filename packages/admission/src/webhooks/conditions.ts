import { forbidden } from "@pinnace/apimachinery";
import { BOOL, type PolicyCompiler, policyCompiler } from "@pinnace/cel";
import type { AdmissionComponents } from "../components.ts";
import type { AdmissionRequest } from "../contract.ts";
import { activationOf } from "../expressions/activation.ts";
import type { CompiledText } from "../expressions/evaluate.ts";
import { matchConditions } from "../expressions/match-conditions.ts";
import { createConditionObserver } from "../expressions/observer.ts";
import type { Invocation } from "../matching/invocation.ts";
import { versioned } from "../patches/replace-object.ts";
import type { Hook } from "./hooks.ts";
import { secondsSince, type WebhookType } from "./observer.ts";

/** Whether the match conditions of a webhook hold; rejects with what the client is told when they cannot be evaluated. */
type HookConditions = (hook: Hook, request: AdmissionRequest, invocation: Invocation) => Promise<boolean>;

/** Evaluates match conditions (KEP-3716). */
export function createHookConditions(
  { authorizer, metrics, clock }: Pick<AdmissionComponents, "authorizer" | "metrics" | "clock">,
  type: WebhookType,
): HookConditions {
  const observer = createConditionObserver(metrics, "webhook", type === "admit" ? "admit" : "validating");
  return async (hook, request, invocation) => {
    const conditions = compiledConditions(hook);
    if (conditions.length === 0) return true;
    const start = clock.now();
    const object = await versioned(request, invocation, request.object);
    const oldObject = await versioned(request, invocation, request.oldObject);
    const activation = activationOf({ request, invocation, object, oldObject, authorizer });
    const composition = { activation, takeCost: () => 0 };
    const matched = await matchConditions(conditions, composition, hook.failurePolicy);
    observer.observe(hook.name, request, secondsSince(clock, start), matched);
    if (matched.type !== "failed") return matched.type === "matched";
    const { group, resource } = request.definition;
    throw forbidden(group, resource, request.name, matched.error);
  };
}

const compiled = new WeakMap<Hook, readonly CompiledText[]>();
let compiler: PolicyCompiler | undefined;

function compiledConditions(hook: Hook): readonly CompiledText[] {
  let known = compiled.get(hook);
  if (known === undefined) {
    known = hook.matchConditions.map(({ expression }) => {
      compiler ??= policyCompiler({ authorizer: true });
      return { source: expression, ...compiler.compile(expression, [BOOL]) };
    });
    compiled.set(hook, known);
  }
  return known;
}
