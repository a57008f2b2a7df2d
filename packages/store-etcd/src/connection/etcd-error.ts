import { type ServiceError, status } from "@grpc/grpc-js";
import { StoreError, type StoreErrorCode } from "@pinnace/store";

/**
 * What a failed call means for the caller:
 * - `refused`: the request is wrong, or etcd cannot serve it; another attempt would fail alike. Not applied.
 * - `elsewhere`: not applied, another endpoint or a later attempt may serve it.
 * - `authenticate`: not applied; the token is no longer good.
 * - `lease`: not applied; the lease of a put is gone.
 * - `unknown`: a write may or may not have been applied.
 */
export interface Failure {
  readonly kind: "refused" | "elsewhere" | "authenticate" | "lease" | "unknown";
  readonly error: StoreError;
}

/** etcd's own messages (`rpctypes`), without their prefix, that say more than their status. */
const MESSAGES: readonly (readonly [pattern: RegExp, kind: Failure["kind"], code: StoreErrorCode, remedy?: string])[] =
  [
    [
      /required revision has been compacted/,
      "refused",
      "COMPACTED",
      "List again and go on from the revision of that list.",
    ],
    [/required revision is a future revision/, "refused", "FUTURE_REVISION"],
    [
      /database space exceeded/,
      "refused",
      "NO_SPACE",
      "Delete what is not needed, compact and defragment etcd, then disarm its alarm (etcdctl alarm disarm).",
    ],
    [/request is too large/, "refused", "INVALID", "etcd takes 1.5 MiB by default (--max-request-bytes)."],
    [/too many operations in txn/, "refused", "INVALID", "etcd takes 128 by default (--max-txn-ops)."],
    [/lease not found/, "lease", "UNAVAILABLE"],
    [/no leader|not leader|too many requests/, "elsewhere", "UNAVAILABLE"],
    [/invalid auth token|revision of auth store is old/, "authenticate", "UNAVAILABLE"],
    [
      /authentication failed|permission denied|user name is empty/,
      "refused",
      "UNAVAILABLE",
      "Check user and password.",
    ],
    [/corrupt cluster/, "refused", "CORRUPT", "Restore etcd from a backup."],
  ];

/** Judges the error of a call. `sent`: whether the request may have left this process. */
export function failureOf(error: ServiceError, endpoint: string, sent: boolean): Failure {
  const text = error.details || error.message;
  const make = (kind: Failure["kind"], code: StoreErrorCode, remedy?: string): Failure => ({
    kind,
    error: new StoreError(code, `etcd at ${endpoint}: ${text.replace(/^etcdserver: (mvcc: )?/, "")}`, {
      cause: error,
      ...(remedy === undefined ? {} : { remedy }),
    }),
  });
  for (const [pattern, kind, code, remedy] of MESSAGES) if (pattern.test(text)) return make(kind, code, remedy);
  if (error.code === status.INVALID_ARGUMENT) return make("refused", "INVALID");
  if (error.code === status.UNIMPLEMENTED) return make("refused", "UNAVAILABLE", "Is it etcd 3.4 or later?");
  return make(sent ? "unknown" : "elsewhere", "UNAVAILABLE");
}
