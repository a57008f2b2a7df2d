import type { Pod, StatefulSet } from "@pinnace/api";
import { isPodAvailable, isPodFinished, isPodReady, isTerminating } from "@pinnace/controller-runtime";
import { ordinalOf, revisionOf, startOrdinal } from "./stateful-pod.ts";

/** One thing to do. A set that keeps order does one per pass and then waits. */
export type StatefulStep =
  | { readonly action: "create"; readonly ordinal: number }
  | { readonly action: "recreate"; readonly ordinal: number; readonly pod: Pod }
  | { readonly action: "identify"; readonly ordinal: number; readonly pod: Pod }
  | { readonly action: "scale-down" | "update"; readonly ordinal: number; readonly pod: Pod };

interface StatefulPlanInput {
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  readonly updateRevision: string;
  readonly now: number;
}

/**
 * What brings a StatefulSet's pods to what it asks for: missing ordinals from the lowest, surplus ones away from the
 * highest, then outdated ones from the highest. With `OrderedReady` nothing starts before the pod below is available,
 * with `Parallel` all creations and scalings happen at once; updates go one by one either way.
 */
export function planStateful({ set, pods, updateRevision, now }: StatefulPlanInput): readonly StatefulStep[] {
  const start = startOrdinal(set);
  const replicas = set.spec?.replicas ?? 1;
  const ordered = set.spec?.podManagementPolicy !== "Parallel";
  const byOrdinal = new Map<number, Pod>();
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod);
    if (ordinal !== undefined) byOrdinal.set(ordinal, pod);
  }
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const isHealthy = (pod: Pod): boolean => isRunningAndReady(pod) && !isTerminating(pod);
  const isDone = (pod: Pod): boolean => isHealthy(pod) && isPodAvailable(pod, minReadySeconds, now);

  const steps: StatefulStep[] = [];
  for (let ordinal = start; ordinal < start + replicas; ordinal++) {
    const pod = byOrdinal.get(ordinal);
    const step = replicaStep(ordinal, pod);
    if (step !== undefined) steps.push(step);
    if (ordered && (pod === undefined || step?.action === "recreate" || !isDone(pod))) return steps;
  }
  const condemned = [...byOrdinal]
    .filter(([ordinal]) => ordinal < start || ordinal >= start + replicas)
    .sort(([a], [b]) => b - a);
  steps.push(...scaleDownSteps(condemned, ordered, isHealthy));
  if (ordered && condemned.length > 0) return steps;
  if (set.spec?.updateStrategy?.type === "OnDelete" || steps.some(({ action }) => action !== "identify")) return steps;
  const update = updateStep(set, byOrdinal, updateRevision, isHealthy);
  return update === undefined ? steps : [...steps, update];
}

/** Surplus pods from the highest ordinal; in order one at a time, and only the lowest unhealthy one before it is healthy. */
function scaleDownSteps(
  condemned: readonly (readonly [number, Pod])[],
  ordered: boolean,
  isHealthy: (pod: Pod) => boolean,
): readonly StatefulStep[] {
  const firstUnhealthy = condemned.findLast(([, pod]) => !isHealthy(pod))?.[1];
  const steps: StatefulStep[] = [];
  for (const [ordinal, pod] of condemned) {
    const waits = isTerminating(pod) || (ordered && !isRunningAndReady(pod) && pod !== firstUnhealthy);
    if (!waits) steps.push({ action: "scale-down", ordinal, pod });
    if (ordered) break;
  }
  return steps;
}

function replicaStep(ordinal: number, pod: Pod | undefined): StatefulStep | undefined {
  if (pod === undefined) return { action: "create", ordinal };
  if (isPodFinished(pod) && !isTerminating(pod)) return { action: "recreate", ordinal, pod };
  return isTerminating(pod) ? undefined : { action: "identify", ordinal, pod };
}

/** The highest outdated pod, as long as all above it are healthy. */
function updateStep(
  set: StatefulSet,
  byOrdinal: ReadonlyMap<number, Pod>,
  updateRevision: string,
  isHealthy: (pod: Pod) => boolean,
): StatefulStep | undefined {
  const start = startOrdinal(set);
  const partition = set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  for (let ordinal = start + (set.spec?.replicas ?? 1) - 1; ordinal >= start + partition; ordinal--) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) return undefined;
    if (revisionOf(pod) !== updateRevision && !isTerminating(pod)) return { action: "update", ordinal, pod };
    if (!isHealthy(pod)) return undefined;
  }
  return undefined;
}

export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === "Running" && isPodReady(pod);
}
