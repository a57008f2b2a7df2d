import type { AdmissionComponents } from "../components.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../contract.ts";
import { type Invocation, invocationOf } from "../matching/invocation.ts";
import { configuresAdmission } from "../matching/target.ts";
import { versioned } from "../patches/replace-object.ts";
import { callHook } from "./call-hook.ts";
import { createHookConditions } from "./conditions.ts";
import { type Hook, hooksOf } from "./hooks.ts";
import { outcomeOf, refusalOf } from "./mutating-admission-webhook.ts";
import { createWebhookObserver, secondsSince, type WebhookOutcome } from "./observer.ts";
import { createWebhookClient } from "./webhook-client.ts";

const RESOURCE = "validatingwebhookconfigurations";

type Components = Pick<AdmissionComponents, "clock" | "random" | "webhooks" | "metrics" | "authorizer">;

/**
 * `ValidatingAdmissionWebhook`: asks the webhooks of ValidatingWebhookConfigurations, all at the same time. The first
 * refusal, in the order of the configurations, is the answer.
 */
export function createValidatingAdmissionWebhook(components: Components): AdmissionPlugin {
  const { clock, random } = components;
  const callers = { client: createWebhookClient(components), random };
  const observer = createWebhookObserver(components.metrics);
  const conditionsHold = createHookConditions(components, "validating");
  return {
    name: "ValidatingAdmissionWebhook",
    handles: (request) => hooksOf(request, RESOURCE).length > 0 && !configuresAdmission(request),
    async validate(request) {
      const relevant: { hook: Hook; invocation: Invocation }[] = [];
      for (const hook of hooksOf(request, RESOURCE)) {
        const invocation = invocationOf(request, hook.match);
        if (invocation !== undefined && (await conditionsHold(hook, request, invocation)))
          relevant.push({ hook, invocation });
      }
      const asked = relevant.map(({ hook, invocation }, index) => ask(hook, request, invocation, index));
      for (const result of await Promise.allSettled(asked)) if (result.status === "rejected") throw result.reason;
    },
  };

  async function ask(hook: Hook, request: AdmissionRequest, invocation: Invocation, index: number): Promise<void> {
    const start = clock.now();
    let outcome: WebhookOutcome = { type: "failed" };
    try {
      const object = await versioned(request, invocation, request.object);
      const oldObject = await versioned(request, invocation, request.oldObject);
      await callHook(callers, hook, false, request, invocation, { object, oldObject });
      outcome = { type: "allowed" };
    } catch (error) {
      outcome = outcomeOf(hook, error);
      if (outcome.type !== "unreachable" || !outcome.ignored) throw refusalOf(error);
      request.annotate(`failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`, hook.name);
    } finally {
      observer.observe(hook.name, "validating", request, secondsSince(clock, start), outcome);
    }
  }
}
