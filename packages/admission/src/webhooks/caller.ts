/** A POST to a webhook. */
export interface WebhookCall {
  /** With its query: `https://hook.ns.svc:443/path?timeout=10s`. The host is what the server's certificate must name. */
  readonly url: string;
  /** Where to connect instead of to the URL's host: an endpoint of a Service. */
  readonly connect?: { readonly host: string; readonly port: number };
  /** PEM of the CAs that may have signed the server's certificate; "": those that the machine trusts. */
  readonly ca: string;
  /** JSON. */
  readonly body: string;
  /** Aborts when the time is over. */
  readonly signal: AbortSignal;
}

/** What a webhook answered. */
export interface WebhookAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Sends requests to webhooks. It rejects when there is no answer, with an error whose message follows Go's words
 * (`dial tcp 10.0.0.1:443: connect: connection refused`), because clients are shown it.
 */
export interface WebhookCaller {
  call(call: WebhookCall): Promise<WebhookAnswer>;
}

/** The DI token of the {@link WebhookCaller}; without one, webhooks cannot be called. */
export const WEBHOOK_CALLER: unique symbol = Symbol.for("pinnace.admission.webhook-caller") as never;
