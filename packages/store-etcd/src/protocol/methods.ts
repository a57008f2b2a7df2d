import type { MessageCodec } from "./field.ts";
import {
  authenticateRequest,
  authenticateResponse,
  compactionRequest,
  compactionResponse,
  leaseGrantRequest,
  leaseGrantResponse,
  rangeRequest,
  rangeResponse,
  statusRequest,
  statusResponse,
  txnRequest,
  txnResponse,
} from "./messages.ts";

/** A call with one request and one answer. */
export interface Method<Request, Response> {
  readonly path: string;
  readonly request: MessageCodec<Request>;
  readonly response: MessageCodec<Response>;
}

type MethodOf<Request, Response> = Method<
  Request extends MessageCodec<infer Message> ? Message : never,
  Response extends MessageCodec<infer Message> ? Message : never
>;

function method<Request, Response>(
  name: string,
  request: MessageCodec<Request>,
  response: MessageCodec<Response>,
): Method<Request, Response> {
  return { path: `/etcdserverpb.${name}`, request, response };
}

export const RANGE: MethodOf<typeof rangeRequest, typeof rangeResponse> = method(
  "KV/Range",
  rangeRequest,
  rangeResponse,
);
export const TXN: MethodOf<typeof txnRequest, typeof txnResponse> = method("KV/Txn", txnRequest, txnResponse);
export const COMPACT: MethodOf<typeof compactionRequest, typeof compactionResponse> = method(
  "KV/Compact",
  compactionRequest,
  compactionResponse,
);
export const LEASE_GRANT: MethodOf<typeof leaseGrantRequest, typeof leaseGrantResponse> = method(
  "Lease/LeaseGrant",
  leaseGrantRequest,
  leaseGrantResponse,
);
export const STATUS: MethodOf<typeof statusRequest, typeof statusResponse> = method(
  "Maintenance/Status",
  statusRequest,
  statusResponse,
);
export const AUTHENTICATE: MethodOf<typeof authenticateRequest, typeof authenticateResponse> = method(
  "Auth/Authenticate",
  authenticateRequest,
  authenticateResponse,
);

export const WATCH_PATH = "/etcdserverpb.Watch/Watch";
