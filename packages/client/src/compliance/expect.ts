import type { ApiHandler, ApiRequest, ApiResponse } from "@pinnace/apimachinery";
import type { Transport } from "../transport.ts";
import type { TransportHarness } from "./index.ts";

/** Throws when the two differ as JSON. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${what}: expected ${should}, got ${is}`);
}

/** Throws when the promise does not reject; gives what it rejects with. */
export async function expectRejection(promise: Promise<unknown>, what: string): Promise<unknown> {
  const outcome = await promise.then(
    () => ({ rejected: false, reason: undefined }),
    (reason: unknown) => ({ rejected: true, reason }),
  );
  if (!outcome.rejected) throw new Error(`${what}: expected a rejection`);
  return outcome.reason;
}

/** Runs `use` with a transport to `handler` and releases it whatever happens. */
export async function withTransport(
  harness: TransportHarness,
  handler: ApiHandler,
  use: (transport: Transport) => Promise<void>,
): Promise<void> {
  const { transport, dispose } = await harness.connect(handler);
  try {
    await use(transport);
  } finally {
    await transport.close();
    await dispose();
  }
}

/** A request with everything optional left to a default. */
export function requestOf(parts: Partial<ApiRequest>): ApiRequest {
  return {
    method: "GET",
    path: "/api/v1/pods",
    query: new URLSearchParams(),
    headers: {},
    signal: new AbortController().signal,
    ...parts,
  };
}

/** An answer with an object, encoded when asked. */
export function answer(object: unknown, status = 200): ApiResponse {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: { type: "object", object, bytes: () => new TextEncoder().encode(JSON.stringify(object)) },
  };
}

/** The object that a request carries, decoded when it came as bytes. */
export function objectIn(request: ApiRequest): unknown {
  if (request.body === undefined) return undefined;
  return "object" in request.body ? request.body.object : JSON.parse(new TextDecoder().decode(request.body.bytes));
}
