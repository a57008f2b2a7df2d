import type { ApiRequest, ApiResponse, ResourceDefinition } from "@pinnace/apimachinery";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { createMemoryStore } from "@pinnace/store";
import { type ApiServer, type ApiServerComponents, type ApiServerOptions, createApiServer } from "../src/index.ts";

const strategy = { allowCreateOnUpdate: false, allowUnconditionalUpdate: true, generation: false };

/** Kinds that are small enough to reason about. */
export function definition(kind: string, more: Partial<ResourceDefinition> = {}): ResourceDefinition {
  const resource = `${kind.toLowerCase()}s`;
  return {
    group: "",
    version: "v1",
    resource,
    kind,
    namespaced: true,
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
    stored: true,
    storageResource: resource,
    storageApiVersion: "v1",
    definitionName: `io.k8s.api.core.v1.${kind}`,
    schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    resolve: () => ({}),
    strategy,
    subresources: [],
    columns: [{ name: "Name", type: "string", format: "name", description: "", priority: 0 }],
    cells: (object) => [object.metadata?.name ?? ""],
    fieldNames: [],
    ...more,
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
  readonly body: any;
  readonly text: string;
}

export interface Harness {
  readonly server: ApiServer;
  readonly clock: VirtualClock;
  /** Sends a body as JSON bytes, as if it came over the wire. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  raw(method: string, path: string, more?: Partial<ApiRequest>): Promise<ApiResponse>;
}

export async function startServer(
  definitions: readonly ResourceDefinition[] = [definition("ConfigMap"), definition("Secret"), namespaces()],
  components: Partial<ApiServerComponents> = {},
  options: ApiServerOptions = {},
): Promise<Harness> {
  const clock = createVirtualClock({ start: Date.UTC(2026, 0, 1) });
  const server = createApiServer({ store: createMemoryStore({ clock }), clock, definitions, ...components }, options);
  await server.start();
  const raw: Harness["raw"] = (method, path, more = {}) => {
    const [route = "", query = ""] = path.split("?");
    return server.handler({
      method,
      path: route,
      query: new URLSearchParams(query),
      headers: {},
      signal: new AbortController().signal,
      ...more,
    });
  };
  const call: Harness["call"] = async (method, path, body, headers = {}) => {
    const bytes =
      body === undefined ? undefined : new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
    const response = await raw(method, path, { headers, ...(bytes === undefined ? {} : { body: { bytes } }) });
    const text = textOf(response);
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  };
  return { server, clock, call, raw };
}

export function namespaces(): ResourceDefinition {
  return definition("Namespace", { namespaced: false });
}

function textOf({ body }: ApiResponse): string {
  if (body.type === "object") return new TextDecoder().decode(body.bytes());
  return body.type === "bytes" ? new TextDecoder().decode(body.bytes) : "";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
