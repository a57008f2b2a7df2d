import type { Draft, Status } from "@pinnace/apimachinery";
import type { Clock } from "@pinnace/clock";
import { messageOf } from "@pinnace/errors";
import type { ServerView } from "../server-view.ts";
import { answerError } from "./answer-error.ts";
import type { WebhookAnswer, WebhookCaller } from "./caller.ts";
import { serviceEndpoint } from "./service-endpoint.ts";

/** Where a webhook is (admissionregistration/v1 WebhookClientConfig, and the same in apiextensions). */
export interface ClientConfig {
  readonly url?: string;
  readonly service?: {
    readonly namespace: string;
    readonly name: string;
    readonly path?: string;
    readonly port?: number;
  };
  /** PEM, base64. */
  readonly caBundle?: string;
}

/** Why a webhook gave no answer that can be used; `code` is an HTTP status for metrics. */
export class WebhookCallError extends Error {
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.name = "WebhookCallError";
    this.code = code;
  }
}

/** Calls webhooks at URLs and behind Services, with a time limit. */
export interface WebhookClient {
  /** The JSON that the webhook answered. Rejects with {@link WebhookCallError}. */
  post(server: ServerView, config: ClientConfig, body: unknown, timeoutSeconds: number): Promise<Draft>;
}

interface WebhookClientComponents {
  readonly clock: Clock;
  readonly random: () => number;
  /** Absent: every call fails. */
  readonly webhooks?: WebhookCaller;
}

const HTTPS_PORT = 443;

export function createWebhookClient({ clock, random, webhooks }: WebhookClientComponents): WebhookClient {
  return {
    async post(server, config, body, timeoutSeconds) {
      const url = urlOf(config, timeoutSeconds);
      const limit = new AbortController();
      const timer = clock.setTimeout(() => limit.abort(new Error("context deadline exceeded")), timeoutSeconds * 1000);
      try {
        const answer = await answerOf(url, config, body, server, limit.signal);
        return parsed(answer);
      } finally {
        timer.cancel();
      }
    },
  };

  async function answerOf(
    url: string,
    { service, caBundle = "" }: ClientConfig,
    body: unknown,
    server: ServerView,
    signal: AbortSignal,
  ): Promise<WebhookAnswer> {
    try {
      if (webhooks === undefined) throw new Error("this control plane has no connection to webhooks");
      const connect = service && serviceEndpoint(server, { port: HTTPS_PORT, ...service }, random);
      const call = { url, ca: pemOf(caBundle), body: JSON.stringify(body), signal };
      return await untilAborted(webhooks.call({ ...call, ...(connect === undefined ? {} : { connect }) }), signal);
    } catch (error) {
      throw new WebhookCallError(`Post ${JSON.stringify(url)}: ${messageOf(error)}`, 503);
    }
  }
}

/** A caller that does not listen to the signal still does not hold up the request. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    work.then(resolve, (error: unknown) => reject(signal.aborted ? (signal.reason as Error) : error));
  });
}

function urlOf({ url, service }: ClientConfig, timeoutSeconds: number): string {
  const query = `?timeout=${timeoutSeconds}s`;
  if (service === undefined) {
    const { protocol, host, pathname } = new URL(url ?? "");
    return `${protocol}//${host}${pathname}${query}`;
  }
  const { namespace, name, path = "/", port = HTTPS_PORT } = service;
  return `https://${name}.${namespace}.svc:${port}${path.startsWith("/") ? path : `/${path}`}${query}`;
}

function pemOf(caBundle: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(caBundle), (char) => char.charCodeAt(0)));
}

/** The object of an answer. A Status is the webhook's own account of a failure. */
function parsed({ status, body }: WebhookAnswer): Draft {
  const failure = answerError(status, body);
  const object = objectOf(body);
  if (failure !== undefined) throw new WebhookCallError(statusMessage(object) ?? failure, status);
  if (object === undefined) throw new WebhookCallError(unreadable(body), 503);
  const said = statusMessage(object);
  if (said !== undefined) throw new WebhookCallError(said, (object as Status).code ?? 500);
  return object;
}

function objectOf(body: string): Draft | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined; // the caller says so
  }
}

function unreadable(body: string): string {
  if (body.trim() === "") return "unexpected end of JSON input";
  return "couldn't get version/kind; json parse error: the answer is no JSON object";
}

function statusMessage(object: Draft | undefined): string | undefined {
  const failed = object?.kind === "Status" && object.apiVersion === "v1" && object.status !== "Success";
  return failed ? (object.message ?? "") : undefined;
}
