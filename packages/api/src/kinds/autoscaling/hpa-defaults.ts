import type { Draft } from "@pinnace/apimachinery";
import { canonicalizeMembers } from "../rules/quantity.ts";

/** Percent of the requested CPU that an autoscaler without metrics aims at. */
export const DEFAULT_CPU: number = 80;
const PERIOD = 15;

function scaleUp(): Draft {
  return {
    stabilizationWindowSeconds: 0,
    selectPolicy: "Max",
    policies: [
      { type: "Pods", value: 4, periodSeconds: PERIOD },
      { type: "Percent", value: 100, periodSeconds: PERIOD },
    ],
  };
}

function scaleDown(): Draft {
  return { selectPolicy: "Max", policies: [{ type: "Percent", value: 100, periodSeconds: PERIOD }] };
}

/** The metric that stands for `targetCPUUtilizationPercentage`. */
function cpuMetric(averageUtilization: number = DEFAULT_CPU): Draft {
  return { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization } } };
}

const SOURCES = ["resource", "containerResource", "pods", "object", "external"];

/** Defaults of an autoscaling/v2 autoscaler. */
export function defaultAutoscaler(object: Draft): void {
  object.spec ??= {};
  const { spec } = object;
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length) spec.metrics = [cpuMetric()];
  for (const metric of spec.metrics) {
    for (const source of SOURCES) canonicalizeMembers(metric[source]?.target, "value", "averageValue");
  }
  if (!spec.behavior) return;
  spec.behavior.scaleUp = { ...scaleUp(), ...withoutNulls(spec.behavior.scaleUp) };
  spec.behavior.scaleDown = { ...scaleDown(), ...withoutNulls(spec.behavior.scaleDown) };
  canonicalizeMembers(spec.behavior.scaleUp, "tolerance");
  canonicalizeMembers(spec.behavior.scaleDown, "tolerance");
}

function withoutNulls(object: Draft): Draft {
  return Object.fromEntries(Object.entries(object ?? {}).filter(([, value]) => value !== null));
}
