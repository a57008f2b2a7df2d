import type { MetricRegistry } from "@pinnace/metrics";
import type { AdmissionRequest } from "../contract.ts";
import type { Matched } from "./match-conditions.ts";

/** Counts evaluations of match conditions under upstream's names (apiserver/pkg/admission/metrics). */
interface ConditionObserver {
  observe(name: string, request: AdmissionRequest, seconds: number, matched: Matched): void;
}

const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25];
const LABELS = ["name", "kind", "type", "operation"];
const ABOUT =
  "broken out for each kind containing matchConditions (webhook or policy), operation and admission type (validate or admit).";

/** `type` is what upstream calls the step: `admit`, `validate` or `validating`. */
export function createConditionObserver(
  metrics: MetricRegistry | undefined,
  kind: "webhook" | "policy",
  type: string,
): ConditionObserver {
  if (metrics === undefined) return { observe: () => undefined };
  const prefix = "apiserver_admission_match_condition";
  const errors = metrics.counter({
    name: `${prefix}_evaluation_errors_total`,
    help: `Admission match condition evaluation errors count, identified by name of resource containing the match condition and ${ABOUT}`,
    labelNames: LABELS,
  });
  const exclusions = metrics.counter({
    name: `${prefix}_exclusions_total`,
    help: `Admission match condition evaluation exclusions count, identified by name of resource containing the match condition and ${ABOUT}`,
    labelNames: LABELS,
  });
  const durations = metrics.histogram({
    name: `${prefix}_evaluation_seconds`,
    help: "Admission match condition evaluation time in seconds, identified by name and broken out for each kind containing matchConditions (webhook or policy), operation and type (validate or admit).",
    labelNames: LABELS,
    buckets: BUCKETS,
  });
  return {
    observe(name, { operation }, seconds, matched) {
      const labels = { name, kind, type, operation };
      durations.observe(seconds, labels);
      if (matched.type === "matched") return;
      if (matched.errors > 0) errors.inc(labels, matched.errors);
      if (matched.type === "excluded" && kind === "webhook") exclusions.inc(labels);
    },
  };
}
