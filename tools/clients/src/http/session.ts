import { expectEqual } from "@pinnace-tools/e2e";
import type { RawRequest, RawResponse, RawTransport } from "./transport.ts";

type Json = Readonly<Record<string, never>>;

/** An API object as raw JSON, read without types. */
export interface RawObject {
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly resourceVersion?: string;
    readonly continue?: string;
    readonly uid?: string;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly replicas?: number };
  readonly status?: Json & { readonly token?: string; readonly phase?: string };
  readonly items?: readonly RawObject[];
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
}

/** Requests of the scenario, with the status that each must get. */
export interface RawSession {
  readonly transport: RawTransport;
  readonly namespace: string;
  /** `/api/v1/namespaces/<namespace>/<rest>` */
  core(rest: string): string;
  /** `/apis/apps/v1/namespaces/<namespace>/<rest>` */
  apps(rest: string): string;
  /** Rejects unless the answer has this status. */
  expect(status: number, request: RawRequest): Promise<RawResponse>;
  /** The same, and the body is JSON. */
  json(status: number, request: RawRequest): Promise<RawObject>;
  /** POST of JSON. */
  create(path: string, object: unknown): Promise<RawObject>;
  patch(path: string, type: string, patch: unknown, status?: number): Promise<RawObject>;
}

export function createRawSession(transport: RawTransport, namespace: string): RawSession {
  const expect = async (status: number, request: RawRequest): Promise<RawResponse> => {
    const response = await transport.send(request);
    expectEqual(response.status, status, `status of ${request.method} ${request.path}\n${response.body}`);
    return response;
  };
  const json = async (status: number, request: RawRequest): Promise<RawObject> => {
    const { headers, body } = await expect(status, request);
    expectEqual(headers["content-type"], "application/json", `content type of ${request.method} ${request.path}`);
    return JSON.parse(body) as RawObject;
  };
  const sending = (type: string): Record<string, string> => ({ "content-type": type });
  return {
    transport,
    namespace,
    core: (rest) => `/api/v1/namespaces/${namespace}/${rest}`,
    apps: (rest) => `/apis/apps/v1/namespaces/${namespace}/${rest}`,
    expect,
    json,
    create: (path, object) =>
      json(201, { method: "POST", path, headers: sending("application/json"), body: JSON.stringify(object) }),
    patch: (path, type, patch, status = 200) =>
      json(status, { method: "PATCH", path, headers: sending(type), body: JSON.stringify(patch) }),
  };
}

/** A path with its query. */
export const withQuery = (path: string, query: Readonly<Record<string, string>>): string =>
  `${path}?${new URLSearchParams(query)}`;
