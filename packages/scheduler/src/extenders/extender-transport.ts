import { CodedError } from "@pinnace/errors";
import type { ExtenderConfig } from "./extender-config.ts";

/** Sends one POST of JSON and answers with status and body. Rejects when there is no answer. */
export type ExtenderTransport = (request: {
  readonly url: string;
  readonly body: string;
  readonly signal: AbortSignal;
}) => Promise<{ readonly status: number; readonly text: string }>;

/** Makes the transport of one extender. */
export type ExtenderTransportFactory = (config: ExtenderConfig) => ExtenderTransport;

/**
 * Transports over the platform's `fetch`, which verifies certificates its own way: an extender with a `tlsConfig` is refused
 * (`EXTENDER_TLS`); `@pinnace/scheduler/node` has transports for these.
 */
export const fetchTransport: ExtenderTransportFactory = ({ urlPrefix, tlsConfig }) => {
  if (tlsConfig !== undefined) {
    throw new CodedError("EXTENDER_TLS", `the extender ${urlPrefix} has a tlsConfig, which fetch cannot follow`, {
      remedy: "give the scheduler createNodeExtenderTransport of @pinnace/scheduler/node",
    });
  }
  return async ({ url, body, signal }) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal,
    });
    return { status: response.status, text: await response.text() };
  };
};
