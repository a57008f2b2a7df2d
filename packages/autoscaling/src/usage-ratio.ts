import { AutoscalingError } from "./autoscaling-error.ts";

/** By how much usage may be off its target, as parts of it, before the target is scaled. */
export interface Tolerance {
  readonly scaleUp: number;
  readonly scaleDown: number;
}

/** Usage in relation to what is wanted: 1 is as wanted. */
export interface Usage {
  readonly ratio: number;
  /** Per cent of the requests, where they are known. */
  readonly utilization?: number;
  /** Average of a pod, in thousandths. */
  readonly average: number;
}

export function isWithin({ scaleUp, scaleDown }: Tolerance, ratio: number): boolean {
  return 1 - scaleDown <= ratio && ratio <= 1 + scaleUp;
}

/** Usage of the pods in relation to a share of their requests, in per cent. */
export function utilizationRatio(
  values: ReadonlyMap<string, number>,
  requests: ReadonlyMap<string, number>,
  targetUtilization: number,
): Usage {
  let used = 0;
  let requested = 0;
  let pods = 0;
  for (const [name, value] of values) {
    const request = requests.get(name);
    if (request === undefined) continue;
    used += value;
    requested += request;
    pods++;
  }
  if (requested === 0) throw new AutoscalingError("METRICS_UNAVAILABLE", "no metrics returned matched known pods");
  const utilization = Math.trunc((used * 100) / requested);
  return { ratio: utilization / targetUtilization, utilization, average: Math.trunc(used / pods) };
}

/** Average usage of the pods in relation to a target, both in thousandths. */
export function averageRatio(values: ReadonlyMap<string, number>, target: number): Usage {
  let used = 0;
  for (const value of values.values()) used += value;
  const average = Math.trunc(used / values.size);
  return { ratio: average / target, average };
}
