import type { MetricRegistry } from "@pinnace/metrics";

/** Counts what policies decide, under upstream's names (apiserver/pkg/admission/plugin/policy). */
interface PolicyObserver {
  /** `action` is `allow`, `deny`, `warn` or `audit`; mutating policies have none. */
  observe(policy: string, binding: string, seconds: number, error: string, action?: string): void;
}

const BUCKETS = [0.0000005, 0.001, 0.01, 0.1, 1];

export function createPolicyObserver(
  metrics: MetricRegistry | undefined,
  kind: "validating" | "mutating",
): PolicyObserver {
  if (metrics === undefined) return { observe: () => undefined };
  const prefix = `apiserver_${kind}_admission_policy_check`;
  const enforced = kind === "validating";
  const labelNames = ["policy", "policy_binding", "error_type", ...(enforced ? ["enforcement_action"] : [])];
  const checks = metrics.counter({
    name: `${prefix}_total`,
    help: enforced
      ? "Validation admission policy check total, labeled by policy and further identified by binding and enforcement action taken."
      : "Mutation admission policy check total, labeled by policy and further identified by binding.",
    labelNames,
  });
  const durations = metrics.histogram({
    name: `${prefix}_duration_seconds`,
    help: enforced
      ? "Validation admission latency for individual validation expressions in seconds, labeled by policy and further including binding and enforcement action taken."
      : "Mutation admission latency for individual mutation expressions in seconds, labeled by policy and binding.",
    labelNames,
    buckets: BUCKETS,
  });
  return {
    observe(policy, binding, seconds, error, action) {
      const about = { policy, policy_binding: binding, error_type: errorType(error) };
      const labels = action === undefined ? about : { ...about, enforcement_action: action };
      checks.inc(labels);
      durations.observe(seconds, labels);
    },
  };
}

function errorType(error: string): string {
  if (error === "") return "no_error";
  if (error.startsWith("compilation")) return "compile_error";
  return error.startsWith("validation failed due to running out of cost budget") ? "out_of_budget" : "invalid_error";
}
