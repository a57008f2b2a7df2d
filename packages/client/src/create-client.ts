import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { Client, ClientFactory, ClientIdentity, RawRequest, RawResponse, ResourceClient } from "./client.ts";
import { apiRequest } from "./request.ts";
import { createResourceClient } from "./resource-client.ts";
import { rawResponse } from "./response.ts";
import type { Transport } from "./transport.ts";

/**
 * A client that speaks over `transport` as `identity`. Stateless: make as many as there are identities. The field
 * manager of its writes is the program's name unless a write names another.
 */
export function createClient(transport: Transport, identity: ClientIdentity): Client {
  return {
    resource: <T extends KubernetesObject>(type: ResourceType<T>): ResourceClient<T> =>
      createResourceClient({ transport, identity, type }),
    raw: (request) => raw(transport, identity, request),
  };
}

/** A factory of clients over one transport. */
export function createClientFactory(transport: Transport): ClientFactory {
  return { client: (identity) => createClient(transport, identity) };
}

async function raw(transport: Transport, identity: ClientIdentity, request: RawRequest): Promise<RawResponse> {
  const mark = request.path.indexOf("?");
  const response = await transport.request(
    apiRequest(identity, {
      method: request.method ?? "GET",
      path: mark < 0 ? request.path : request.path.slice(0, mark),
      query: new URLSearchParams(mark < 0 ? "" : request.path.slice(mark + 1)),
      ...(request.headers === undefined ? {} : { headers: request.headers }),
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    }),
  );
  return rawResponse(response);
}
