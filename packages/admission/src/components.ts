import type { Client, InformerFactory } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import type { MetricRegistry } from "@pinnace/metrics";
import type { Authorizer, EscalationCheck } from "@pinnace/rbac";
import type { WebhookCaller } from "./webhooks/caller.ts";

/**
 * What the built-in plugins work with. The functions are called when a plugin first needs what they give, because client
 * and informers speak to the API server that runs the plugins; they must speak as a member of `system:masters`.
 */
export interface AdmissionComponents {
  readonly client: () => Client;
  readonly informers: () => InformerFactory;
  readonly clock: Clock;
  /** Between 0 and 1, for generated names. */
  readonly random: () => number;
  readonly authorizer: Authorizer;
  readonly escalationCheck: EscalationCheck;
  /** How admission webhooks are reached; absent: calling one fails. */
  readonly webhooks?: WebhookCaller;
  readonly metrics?: MetricRegistry;
}
