import { Agent } from "node:https";
import type { ApiHandler, Draft, KubernetesObject } from "@pinnace/apimachinery";
import { CodedError, messageOf } from "@pinnace/errors";
import type { NodeConnector } from "../node-connector.ts";
import type { ProxyTransport } from "../subresources/proxy.ts";
import { forwardRequest } from "./http-forward.ts";
import type { TlsOptions } from "./serve.ts";

const KUBELET_PORT = 10_250;
const ADDRESS_TYPES = ["InternalIP", "ExternalIP", "Hostname", "InternalDNS", "ExternalDNS"];

/** Reaches kubelets of other machines over HTTPS, at the address and port that their Node objects name. */
export function createHttpNodeConnector(tls: TlsOptions): NodeConnector {
  const agent = new Agent({
    cert: text(tls.cert),
    key: text(tls.key),
    ...(tls.ca === undefined ? {} : { ca: text(tls.ca) }),
    keepAlive: true,
  });
  return {
    connect: async (node: KubernetesObject): Promise<ApiHandler> => {
      const { host, port } = addressOf(node);
      const target = { scheme: "https" as const, host, port, agent, verify: tls.ca !== undefined };
      return async (request) => {
        try {
          return await forwardRequest(target, request);
        } catch (cause) {
          throw new CodedError(
            "NODE_UNREACHABLE",
            `the kubelet at ${host}:${port} does not answer: ${messageOf(cause)}`,
            { cause },
          );
        }
      };
    },
  };
}

function text(pem: string | Uint8Array): string {
  return typeof pem === "string" ? pem : Buffer.from(pem).toString();
}

function addressOf(node: Draft): { host: string; port: number } {
  const addresses: Draft[] = node.status?.addresses ?? [];
  for (const type of ADDRESS_TYPES) {
    const found = addresses.find((each) => each.type === type);
    if (found !== undefined)
      return { host: found.address, port: node.status?.daemonEndpoints?.kubeletEndpoint?.Port ?? KUBELET_PORT };
  }
  throw new CodedError("NODE_UNREACHABLE", `node ${node.metadata?.name ?? ""} has no address`);
}

/** Reaches pods directly, for a server that is part of the pod network. */
export function createHttpProxyTransport(): ProxyTransport {
  return { request: (target, request) => forwardRequest({ ...target, verify: false }, request) };
}
