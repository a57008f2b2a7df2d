import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { expect, it } from "vitest";
import { reasonOf } from "../src/connection/endpoint.ts";
import { failureOf } from "../src/connection/etcd-error.ts";

const error = (code: status, details: string): ServiceError =>
  Object.assign(new Error(`${code} ${details}`), { code, details, metadata: new Metadata() });

it.each([
  [status.OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted", "refused", "COMPACTED"],
  [status.OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision", "refused", "FUTURE_REVISION"],
  [status.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded", "refused", "NO_SPACE"],
  [status.INVALID_ARGUMENT, "etcdserver: request is too large", "refused", "INVALID"],
  [status.INVALID_ARGUMENT, "etcdserver: too many operations in txn request", "refused", "INVALID"],
  [status.NOT_FOUND, "etcdserver: requested lease not found", "lease", "UNAVAILABLE"],
  [status.UNAVAILABLE, "etcdserver: no leader", "elsewhere", "UNAVAILABLE"],
  [status.RESOURCE_EXHAUSTED, "etcdserver: too many requests", "elsewhere", "UNAVAILABLE"],
  [status.UNAUTHENTICATED, "etcdserver: invalid auth token", "authenticate", "UNAVAILABLE"],
  [status.PERMISSION_DENIED, "etcdserver: permission denied", "refused", "UNAVAILABLE"],
  [status.DATA_LOSS, "etcdserver: corrupt cluster", "refused", "CORRUPT"],
  [status.UNIMPLEMENTED, "unknown service etcdserverpb.KV", "refused", "UNAVAILABLE"],
  // These may have been applied.
  [status.UNAVAILABLE, "etcdserver: request timed out", "unknown", "UNAVAILABLE"],
  [status.UNAVAILABLE, "etcdserver: server stopped", "unknown", "UNAVAILABLE"],
  [status.UNAVAILABLE, "etcdserver: leader changed", "unknown", "UNAVAILABLE"],
  [status.UNAVAILABLE, "Connection dropped", "unknown", "UNAVAILABLE"],
  [status.DEADLINE_EXCEEDED, "Deadline exceeded", "unknown", "UNAVAILABLE"],
  [status.UNKNOWN, "something new", "unknown", "UNAVAILABLE"],
])("judges %s %s", (code, details, kind, storeCode) => {
  const failure = failureOf(error(code, details), "http://a:2379", true);
  expect([failure.kind, failure.error.code]).toEqual([kind, storeCode]);
  expect(failure.error.message).toContain("etcd at http://a:2379: ");
});

it("knows that what was not sent was not applied", () => {
  expect(failureOf(error(status.UNAVAILABLE, "no connection"), "http://a:2379", false).kind).toBe("elsewhere");
});

const gone = "No connection established. Last error: ";

it.each([
  [`${gone}connect ECONNREFUSED 127.0.0.1:1 (2026-11-25T01:07:31.537Z)`, "connect ECONNREFUSED 127.0.0.1:1"],
  [`${gone}Error: self-signed certificate in certificate chain`, "self-signed certificate in certificate chain"],
  [`${gone}Protocol error. Resolution note: a`, "Protocol error"],
  [
    `${gone}40D8:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../a.c:354:\n`,
    "wrong version number",
  ],
  ["no connection within 3 s", "no connection within 3 s"],
])("makes one line of %j", (text, reason) => {
  expect(reasonOf(text)).toBe(reason);
});
