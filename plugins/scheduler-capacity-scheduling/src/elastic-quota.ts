import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import { amountsOf, type Resources } from "@pinnace/scheduler-framework";

/** What the pods of a namespace may use together (scheduling.x-k8s.io/v1alpha1); one in a namespace. */
export interface ElasticQuota extends KubernetesObject {
  readonly spec?: {
    /** What is theirs in any case. */
    readonly min?: Readonly<Record<string, string>>;
    /** What they may use at most; a resource that is not named has no limit. */
    readonly max?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    /** What its running pods request. */
    readonly used?: Readonly<Record<string, string>>;
  };
}

export const ELASTIC_QUOTAS: ResourceType<ElasticQuota> = {
  group: "scheduling.x-k8s.io",
  version: "v1alpha1",
  resource: "elasticquotas",
  kind: "ElasticQuota",
  namespaced: true,
};

/** The resource as plugins register it for events. */
export const ELASTIC_QUOTA_EVENTS = "elasticquotas.v1alpha1.scheduling.x-k8s.io";

/** Amounts by resource. */
export type Amounts = ReadonlyMap<string, number>;

export function numbersOf({ milliCpu, memory, ephemeralStorage, scalar }: Resources): Amounts {
  return new Map([["cpu", milliCpu], ["memory", memory], ["ephemeral-storage", ephemeralStorage], ...scalar]);
}

/** The amounts that a list names, and no others. */
export function namedAmounts(list: Readonly<Record<string, string>> = {}): Amounts {
  const all = numbersOf(amountsOf(list));
  return new Map(Object.keys(list).map((name) => [name, all.get(name) ?? 0]));
}

/** Whether anything of `used` is beyond a limit that names it. */
export function exceeds(used: Amounts, limits: Amounts): boolean {
  return [...limits].some(([name, limit]) => (used.get(name) ?? 0) > limit);
}

export function plus(a: Amounts, b: Amounts, sign = 1): Amounts {
  const sum = new Map(a);
  for (const [name, amount] of b) sum.set(name, (sum.get(name) ?? 0) + sign * amount);
  return sum;
}
