import type { ClusterReader, NodeInfo, PodInfo, Snapshot, StateData } from "@pinnace/scheduler-framework";
import {
  type Amounts,
  ELASTIC_QUOTAS,
  type ElasticQuota,
  exceeds,
  namedAmounts,
  numbersOf,
  plus,
} from "./elastic-quota.ts";

interface Quota {
  readonly min: Amounts;
  readonly max: Amounts;
}

type Quotas = ReadonlyMap<string, Quota>;

const NOTHING: Amounts = new Map();
const namespaceOf = ({ pod }: PodInfo): string => pod.metadata?.namespace ?? "";

function inOrder(quotas: readonly ElasticQuota[]): readonly ElasticQuota[] {
  return [...quotas].sort((a, b) => ((a.metadata?.name ?? "") < (b.metadata?.name ?? "") ? -1 : 1));
}

/** The quota that counts, of those of one namespace. */
export function quotaOf(quotas: readonly ElasticQuota[]): ElasticQuota | undefined {
  return inOrder(quotas)[0];
}

/** The quotas by namespace; of several in one the first by name counts. */
export function readQuotas(reader: ClusterReader): Quotas {
  const quotas = new Map<string, Quota>();
  for (const { metadata, spec } of inOrder(reader.list(ELASTIC_QUOTAS))) {
    const namespace = metadata?.namespace ?? "";
    if (quotas.has(namespace)) continue;
    quotas.set(namespace, { min: namedAmounts(spec?.min), max: namedAmounts(spec?.max) });
  }
  return quotas;
}

/** What namespaces with a quota use; changes of a what-if stay in their copy. */
export class QuotaUsage implements StateData {
  readonly quotas: Quotas;
  readonly #used: Map<string, Amounts>;

  constructor(quotas: Quotas, used: ReadonlyMap<string, Amounts>) {
    this.quotas = quotas;
    this.#used = new Map(used);
  }

  clone(): QuotaUsage {
    return new QuotaUsage(this.quotas, this.#used);
  }

  change(pod: PodInfo, sign: 1 | -1): void {
    const namespace = namespaceOf(pod);
    if (!this.quotas.has(namespace)) return;
    this.#used.set(namespace, plus(this.used(namespace), numbersOf(pod.requests), sign));
  }

  used(namespace: string): Amounts {
    return this.#used.get(namespace) ?? NOTHING;
  }

  /** Whether the namespace uses more than is its own; with `more` on top. */
  isBorrowing(namespace: string, more: Amounts = NOTHING): boolean {
    return exceeds(plus(this.used(namespace), more), this.quotas.get(namespace)?.min ?? NOTHING);
  }

  /** Why a pod of a namespace with a quota cannot be taken; undefined when it can. */
  objection(pod: PodInfo): string | undefined {
    const namespace = namespaceOf(pod);
    const quota = this.quotas.get(namespace);
    if (quota === undefined) return undefined;
    const request = numbersOf(pod.requests);
    const who = `Pod ${namespace}/${pod.pod.metadata?.name} is rejected in PreFilter because`;
    if (exceeds(plus(this.used(namespace), request), quota.max))
      return `${who} ElasticQuota ${namespace} is more than Max`;
    let [used, min]: [Amounts, Amounts] = [request, NOTHING];
    for (const [each, { min: own }] of this.quotas) {
      used = plus(used, this.used(each));
      min = plus(min, own);
    }
    return exceeds(used, min) ? `${who} total ElasticQuota used is more than min` : undefined;
  }
}

interface Counted {
  readonly generation: number;
  readonly used: ReadonlyMap<string, Amounts>;
}

/** Counts what pods use, from the snapshot; only nodes that have changed are counted anew. */
export class UsageCounter {
  #known: ReadonlyMap<string, Counted> = new Map();

  count({ nodes }: Snapshot, quotas: Quotas): QuotaUsage {
    const known = new Map<string, Counted>();
    const total = new Map<string, Amounts>();
    for (const node of nodes) {
      const before = this.#known.get(node.name);
      const entry =
        before?.generation === node.generation ? before : { generation: node.generation, used: usedOn(node) };
      known.set(node.name, entry);
      for (const [namespace, used] of entry.used) {
        if (quotas.has(namespace)) total.set(namespace, plus(total.get(namespace) ?? NOTHING, used));
      }
    }
    this.#known = known;
    return new QuotaUsage(quotas, total);
  }
}

function usedOn({ pods }: NodeInfo): ReadonlyMap<string, Amounts> {
  const used = new Map<string, Amounts>();
  for (const pod of pods) {
    const { phase } = pod.pod.status ?? {};
    if (phase === "Succeeded" || phase === "Failed") continue;
    const namespace = namespaceOf(pod);
    used.set(namespace, plus(used.get(namespace) ?? NOTHING, numbersOf(pod.requests)));
  }
  return used;
}
