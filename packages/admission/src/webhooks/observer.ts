import type { Clock } from "@pinnace/clock";
import type { MetricRegistry } from "@pinnace/metrics";
import type { AdmissionRequest } from "../contract.ts";

/** `admit` is upstream's word for mutation. */
export type WebhookType = "admit" | "validating";

/** How the call of a webhook ended. */
export type WebhookOutcome =
  | { readonly type: "allowed" }
  /** It said no. */
  | { readonly type: "denied"; readonly code: number }
  /** There was no answer that could be used. */
  | { readonly type: "unreachable"; readonly code: number; readonly ignored: boolean }
  /** The server could not do what the webhook asked for. */
  | { readonly type: "failed" };

const MAX_CODE = 600;
const BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25];

/** Counts calls of webhooks under upstream's names (apiserver/pkg/admission/metrics). */
interface WebhookObserver {
  observe(name: string, type: WebhookType, request: AdmissionRequest, seconds: number, outcome: WebhookOutcome): void;
}

export function createWebhookObserver(metrics: MetricRegistry | undefined): WebhookObserver {
  if (metrics === undefined) return { observe: () => undefined };
  const prefix = "apiserver_admission_webhook";
  const durations = metrics.histogram({
    name: `${prefix}_admission_duration_seconds`,
    help: "Admission webhook latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).",
    labelNames: ["name", "type", "operation", "rejected"],
    buckets: BUCKETS,
  });
  const requests = metrics.counter({
    name: `${prefix}_request_total`,
    help: "Admission webhook request total, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify whether the request was rejected or not and an HTTP status code. Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.",
    labelNames: ["name", "type", "operation", "code", "rejected"],
  });
  const rejections = metrics.counter({
    name: `${prefix}_rejection_count`,
    help: "Admission webhook rejection count, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify an error type (calling_webhook_error or apiserver_internal_error if an error occurred; no_error otherwise) and optionally a non-zero rejection code if the webhook rejects the request with an HTTP status code (honored by the apiserver when the code is greater or equal to 400). Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.",
    labelNames: ["name", "type", "operation", "error_type", "rejection_code"],
  });
  const open = metrics.counter({
    name: `${prefix}_fail_open_count`,
    help: "Admission webhook fail open count, identified by name and broken out for each admission type (validating or admit).",
    labelNames: ["name", "type"],
  });
  return {
    observe(name, type, { operation }, seconds, outcome) {
      const code = String(Math.min(MAX_CODE, codeOf(outcome)));
      const rejected = outcome.type !== "allowed" && !(outcome.type === "unreachable" && outcome.ignored);
      const about = { name, type, operation };
      durations.observe(seconds, { ...about, rejected: String(rejected) });
      requests.inc({ ...about, code, rejected: String(rejected) });
      if (rejected) rejections.inc({ ...about, error_type: ERROR_TYPES[outcome.type], rejection_code: code });
      else if (outcome.type === "unreachable") open.inc({ name, type });
    },
  };
}

const ERROR_TYPES: Readonly<Record<WebhookOutcome["type"], string>> = {
  allowed: "",
  denied: "no_error",
  unreachable: "calling_webhook_error",
  failed: "apiserver_internal_error",
};

function codeOf(outcome: WebhookOutcome): number {
  if (outcome.type === "allowed") return 200;
  return outcome.type === "failed" ? 0 : outcome.code;
}

/** Seconds since an instant of the clock. */
export function secondsSince(clock: Clock, start: number): number {
  return (clock.now() - start) / 1000;
}
