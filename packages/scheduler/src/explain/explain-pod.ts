import type { Pod } from "@pinnace/api";
import { formatTime } from "@pinnace/apimachinery";
import { schedulerNameOf } from "../profile-runtimes.ts";
import { describeAttempt } from "./describe-attempt.ts";
import { evaluatePod, questionCycle } from "./evaluate.ts";
import { EXPLANATION_VERSION, type SchedulingExplanation } from "./explanation.ts";
import type { SchedulerInspection } from "./inspection.ts";

interface ExplainOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** Also what all plugins say now; default true. */
  readonly evaluate?: boolean;
}

/** Why a pod is where it is, or why it is nowhere. */
export function explainPod(
  pod: Pod,
  { attempts, snapshot, profileOf, placeOf }: SchedulerInspection,
  { now, signal, evaluate = true }: ExplainOptions,
): SchedulingExplanation {
  const { name = "", namespace = "", uid = "" } = pod.metadata ?? {};
  const { nodeName } = pod.spec ?? {};
  const schedulerName = schedulerNameOf(pod);
  const place = nodeName ? undefined : placeOf(uid);
  const waitingFor = [...(place?.item?.unschedulablePlugins ?? [])].sort();
  const profile = nodeName || !evaluate ? undefined : profileOf(schedulerName);
  const known = attempts.of(namespace, name).filter((record) => record.pod.metadata?.uid === uid);
  return {
    apiVersion: EXPLANATION_VERSION,
    kind: "SchedulingExplanation",
    metadata: { name, namespace },
    status: {
      schedulerName,
      ...(nodeName ? { nodeName } : {}),
      ...(place === undefined ? {} : { queue: place.queue }),
      ...(place?.item?.gatedBy === undefined ? {} : { gatedBy: place.item.gatedBy }),
      ...(waitingFor.length === 0 ? {} : { waitingFor }),
      attempts: known.map((record) => describeAttempt(record, true)),
      ...(profile === undefined
        ? {}
        : { evaluation: evaluatePod(questionCycle(pod, snapshot(), signal), profile, formatTime(now)) }),
    },
  };
}
