import { bytes, flag, identifier, integer, type MessageCodec, message, nested, repeated, text } from "./field.ts";

/** The parts of etcd's v3 protocol (`etcdserverpb`, `mvccpb`) that the store sends and reads, under their own names. */
interface ResponseHeader {
  readonly revision: number;
}

const responseHeader: MessageCodec<ResponseHeader> = message({ revision: integer(3) });

interface Answer {
  readonly header: ResponseHeader | undefined;
}

const answer: MessageCodec<Answer> = message({ header: nested(1, responseHeader) });

export interface KeyValue {
  readonly key: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly value: Uint8Array;
}

const keyValue: MessageCodec<KeyValue> = message({
  key: bytes(1),
  createRevision: integer(2),
  modRevision: integer(3),
  value: bytes(5),
});

interface RangeRequest {
  readonly key: Uint8Array;
  /** Absent: only `key`. */
  readonly rangeEnd?: Uint8Array;
  readonly limit?: number;
  readonly revision?: number;
  readonly countOnly?: boolean;
}

export const rangeRequest: MessageCodec<RangeRequest> = message<RangeRequest>({
  key: bytes(1),
  rangeEnd: bytes(2),
  limit: integer(3),
  revision: integer(4),
  countOnly: flag(9),
});

interface RangeResponse extends Answer {
  readonly kvs: readonly KeyValue[];
  /** Entries of the whole range, whatever the limit. */
  readonly count: number;
}

export const rangeResponse: MessageCodec<RangeResponse> = message({
  header: nested(1, responseHeader),
  kvs: repeated(2, keyValue),
  count: integer(4),
});

interface PutRequest {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly lease?: bigint;
}

const putRequest: MessageCodec<PutRequest> = message<PutRequest>({
  key: bytes(1),
  value: bytes(2),
  lease: identifier(3),
});

interface DeleteRangeRequest {
  readonly key: Uint8Array;
}

const deleteRangeRequest: MessageCodec<DeleteRangeRequest> = message({ key: bytes(1) });

interface DeleteRangeResponse {
  readonly deleted: number;
}

const deleteRangeResponse: MessageCodec<DeleteRangeResponse> = message({ deleted: integer(2) });

/** One of its members is set. */
export interface RequestOp {
  readonly range?: RangeRequest;
  readonly put?: PutRequest;
  readonly deleteRange?: DeleteRangeRequest;
}

const requestOp: MessageCodec<RequestOp> = message<RequestOp>({
  range: nested(1, rangeRequest),
  put: nested(2, putRequest),
  deleteRange: nested(3, deleteRangeRequest),
});

interface ResponseOp {
  readonly range: RangeResponse | undefined;
  readonly deleteRange: DeleteRangeResponse | undefined;
}

const responseOp: MessageCodec<ResponseOp> = message({
  range: nested(1, rangeResponse),
  deleteRange: nested(3, deleteRangeResponse),
});

/** What of a key is compared: its mod_revision. */
const TARGET_MOD = 2;

interface Compare {
  /** Always {@link TARGET_MOD}; `result` stays 0, which is EQUAL. */
  readonly target: number;
  readonly key: Uint8Array;
  readonly modRevision: number;
}

const compare: MessageCodec<Compare> = message({ target: integer(2), key: bytes(3), modRevision: integer(6) });

/** The condition that a key was last changed at a revision; 0: that it does not exist. */
export function modRevisionIs(key: Uint8Array, modRevision: number): Compare {
  return { target: TARGET_MOD, key, modRevision };
}

interface TxnRequest {
  readonly compare: readonly Compare[];
  readonly success: readonly RequestOp[];
  readonly failure: readonly RequestOp[];
}

export const txnRequest: MessageCodec<TxnRequest> = message({
  compare: repeated(1, compare),
  success: repeated(2, requestOp),
  failure: repeated(3, requestOp),
});

interface TxnResponse extends Answer {
  readonly succeeded: boolean;
  readonly responses: readonly ResponseOp[];
}

export const txnResponse: MessageCodec<TxnResponse> = message({
  header: nested(1, responseHeader),
  succeeded: flag(2),
  responses: repeated(3, responseOp),
});

export const compactionRequest: MessageCodec<{ readonly revision: number }> = message({ revision: integer(1) });
export const compactionResponse: MessageCodec<Answer> = answer;

export const leaseGrantRequest: MessageCodec<{ /** Seconds. */ readonly ttl: number }> = message({ ttl: integer(1) });
export const leaseGrantResponse: MessageCodec<{ readonly id: bigint }> = message({ id: identifier(2) });

export const statusRequest: MessageCodec<object> = message({});

interface StatusResponse extends Answer {
  readonly version: string;
}

export const statusResponse: MessageCodec<StatusResponse> = message({
  header: nested(1, responseHeader),
  version: text(2),
});

export const authenticateRequest: MessageCodec<{ readonly name: string; readonly password: string }> = message({
  name: text(1),
  password: text(2),
});
export const authenticateResponse: MessageCodec<{ readonly token: string }> = message({ token: text(2) });

interface WatchCreateRequest {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly startRevision: number;
  readonly progressNotify: boolean;
  readonly prevKv: boolean;
  readonly fragment: boolean;
}

const watchCreateRequest: MessageCodec<WatchCreateRequest> = message({
  key: bytes(1),
  rangeEnd: bytes(2),
  startRevision: integer(3),
  progressNotify: flag(4),
  prevKv: flag(6),
  fragment: flag(8),
});

/** One of its members is set. */
export interface WatchRequest {
  readonly create?: WatchCreateRequest;
  readonly progress?: object;
}

export const watchRequest: MessageCodec<WatchRequest> = message<WatchRequest>({
  create: nested(1, watchCreateRequest),
  progress: nested(3, message<object>({})),
});

export interface WatchedEvent {
  /** 0: put, 1: delete. */
  readonly type: number;
  readonly kv: KeyValue | undefined;
  readonly prevKv: KeyValue | undefined;
}

const watchedEvent: MessageCodec<WatchedEvent> = message({
  type: integer(1),
  kv: nested(2, keyValue),
  prevKv: nested(3, keyValue),
});

export interface WatchResponse extends Answer {
  readonly created: boolean;
  readonly canceled: boolean;
  /** Greater than 0: the watch asked for a past that is gone. */
  readonly compactRevision: number;
  readonly cancelReason: string;
  /** More events of the same revisions follow in the next answer. */
  readonly fragment: boolean;
  readonly events: readonly WatchedEvent[];
}

export const watchResponse: MessageCodec<WatchResponse> = message({
  header: nested(1, responseHeader),
  created: flag(3),
  canceled: flag(4),
  compactRevision: integer(5),
  cancelReason: text(6),
  fragment: flag(7),
  events: repeated(11, watchedEvent),
});
