import { Agent, request } from "node:https";
import { isIP } from "node:net";
import type { WebhookAnswer, WebhookCall, WebhookCaller } from "../webhooks/caller.ts";
import { goNetworkError } from "./go-network-error.ts";

/** Milliseconds that an idle connection is kept for the next call. */
const KEEP_ALIVE = 30_000;
/** Agents by CA; beyond so many the oldest goes. */
const MAX_AGENTS = 200;
/** Upstream's limit for answers (client-go): 3 MiB and a bit is what a store takes at most; more is no AdmissionReview. */
const MAX_ANSWER = 16 * 1024 * 1024;

/** Calls webhooks over HTTP/1.1 and TLS 1.2 or newer; connections are kept and shared by all webhooks of one CA. */
export function createHttpsWebhookCaller(): WebhookCaller {
  const agents = new Map<string, Agent>();
  const agentOf = (ca: string): Agent => {
    let agent = agents.get(ca);
    if (agent === undefined) {
      agent = new Agent({ keepAlive: true, timeout: KEEP_ALIVE, minVersion: "TLSv1.2", ...(ca === "" ? {} : { ca }) });
      agents.set(ca, agent);
      const [oldest] = agents.keys();
      if (agents.size > MAX_AGENTS && oldest !== undefined) {
        agents.get(oldest)?.destroy();
        agents.delete(oldest);
      }
    }
    return agent;
  };
  return { call: (call) => send(call, agentOf(call.ca)) };
}

function send(call: WebhookCall, agent: Agent): Promise<WebhookAnswer> {
  const { hostname, host, port, pathname, search } = new URL(call.url);
  const name = hostname.replace(/^\[|\]$/g, "");
  const target = call.connect ?? { host: name, port: Number(port || 443) };
  const { promise, resolve, reject } = Promise.withResolvers<WebhookAnswer>();
  const fail = (error: Error): void => reject(call.signal.aborted ? call.signal.reason : goNetworkError(error, target));
  const outgoing = request({
    ...target,
    agent,
    method: "POST",
    path: pathname + search,
    ...(isIP(name) ? {} : { servername: name }),
    headers: {
      host,
      accept: "application/json, */*",
      "content-type": "application/json",
      "content-length": Buffer.byteLength(call.body),
      "user-agent": "kube-apiserver-admission",
    },
    signal: call.signal,
  });
  outgoing.once("error", fail);
  outgoing.once("response", (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_ANSWER) response.destroy(new Error("the answer is too long"));
    });
    response.once("error", fail);
    response.once("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
  });
  outgoing.end(call.body);
  return promise;
}
