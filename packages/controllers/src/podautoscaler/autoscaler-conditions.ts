import type { HorizontalPodAutoscalerCondition } from "@pinnace/api";
import { formatTime } from "@pinnace/apimachinery";

type ConditionType = "AbleToScale" | "ScalingActive" | "ScalingLimited";

/** The conditions of an autoscaler while it is looked at. The newest comes first in no order but its own: as upstream. */
export class AutoscalerConditions {
  readonly #now: string;
  #conditions: readonly HorizontalPodAutoscalerCondition[];

  /** `now` in milliseconds since the epoch. */
  constructor(conditions: readonly HorizontalPodAutoscalerCondition[] | undefined, now: number) {
    this.#conditions = conditions ?? [];
    this.#now = formatTime(now);
  }

  get list(): readonly HorizontalPodAutoscalerCondition[] {
    return this.#conditions;
  }

  /** `lastTransitionTime` changes with the status only. */
  set(type: ConditionType, status: boolean, reason: string, message: string): void {
    const text = status ? "True" : "False";
    const present = this.#conditions.find((condition) => condition.type === type);
    const lastTransitionTime = present?.status === text ? (present.lastTransitionTime ?? this.#now) : this.#now;
    const next = { type, status: text, lastTransitionTime, reason, message };
    this.#conditions =
      present === undefined
        ? [...this.#conditions, next]
        : this.#conditions.map((condition) => (condition === present ? next : condition));
  }
}
