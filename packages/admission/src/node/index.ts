/**
 * Reaches admission webhooks over HTTPS.
 *
 * ```ts
 * import { createHttpsWebhookCaller } from "@pinnace/admission/node";
 *
 * const webhooks = createHttpsWebhookCaller();
 * export const call = webhooks.call;
 * ```
 *
 * @packageDocumentation
 */
export { createHttpsWebhookCaller } from "./https-webhook-caller.ts";
