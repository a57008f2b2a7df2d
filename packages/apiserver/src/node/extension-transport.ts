import { Agent } from "node:https";
import type { UserInfo } from "@pinnace/apimachinery";
import type { ExtensionTarget, ExtensionTransport } from "../aggregation/extension-transport.ts";
import { forwardRequest } from "./http-forward.ts";

/** Agents by who may have signed the server's certificate; beyond so many the oldest goes. */
const MAX_AGENTS = 50;

/** Reaches aggregated API servers with the front proxy's client certificate (`cert` and `key`, PEM). */
export function createHttpsExtensionTransport(client: {
  readonly cert: string;
  readonly key: string;
}): ExtensionTransport {
  const agents = new Map<string, Agent>();
  const agentOf = ({ serverName, ca, insecure }: ExtensionTarget): Agent => {
    const id = JSON.stringify([serverName, ca, insecure]);
    let agent = agents.get(id);
    if (agent === undefined) {
      const trust = ca === "" ? {} : { ca };
      agent = new Agent({
        ...client,
        ...trust,
        keepAlive: true,
        servername: serverName,
        rejectUnauthorized: !insecure,
      });
      agents.set(id, agent);
      const [oldest] = agents.keys();
      if (agents.size > MAX_AGENTS && oldest !== undefined) {
        agents.get(oldest)?.destroy();
        agents.delete(oldest);
      }
    }
    return agent;
  };
  return {
    request: (target, request, user) => {
      const { host, port, insecure } = target;
      const forward = { scheme: "https", host, port, agent: agentOf(target), verify: !insecure } as const;
      return forwardRequest({ ...forward, headers: identityHeaders(user) }, request);
    },
  };
}

/** Who asks (client-go/transport, `SetAuthProxyHeaders`). */
function identityHeaders({ name, uid, groups, extra = {} }: UserInfo): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { "x-remote-user": name, "x-remote-group": [...groups] };
  if (uid) headers["x-remote-uid"] = uid;
  for (const [key, values] of Object.entries(extra))
    headers[`x-remote-extra-${encodeURIComponent(key).toLowerCase()}`] = [...values];
  return headers;
}
