import { PODS, type Pod } from "@pinnace/api";
import { canonicalQuantity, hasReason, parseQuantity } from "@pinnace/apimachinery";
import { podRequests, type SchedulerComponents } from "@pinnace/scheduler-framework";
import { type Amounts, ELASTIC_QUOTAS, type ElasticQuota, numbersOf, plus } from "./elastic-quota.ts";
import { quotaOf } from "./quota-usage.ts";

type AmountTexts = Readonly<Record<string, string>>;

/** After a write that failed, milliseconds. */
const RETRY = 5_000;

/** Writes what the running pods of a namespace use to the status of its ElasticQuota. */
export class QuotaStatus {
  readonly #needs: SchedulerComponents;
  /** Namespaces to be looked at. */
  readonly #dirty = new Set<string>();
  #isWaiting = false;

  constructor(components: SchedulerComponents) {
    this.#needs = components;
  }

  start(): void {
    const { background } = this.#needs;
    background.watch(PODS, ({ metadata }) => this.#touch(metadata?.namespace ?? ""));
    background.watch(ELASTIC_QUOTAS, ({ metadata }) => this.#touch(metadata?.namespace ?? ""));
  }

  /** Many changes of one moment are one write. */
  #touch(namespace: string, delay = 0): void {
    this.#dirty.add(namespace);
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    const { clock, background } = this.#needs;
    const timer = clock.setTimeout(() => {
      background.signal.removeEventListener("abort", cancel);
      this.#isWaiting = false;
      void this.#writeAll();
    }, delay);
    const cancel = (): void => timer.cancel();
    background.signal.addEventListener("abort", cancel, { once: true });
  }

  async #writeAll(): Promise<void> {
    const namespaces = [...this.#dirty];
    this.#dirty.clear();
    for (const namespace of namespaces) await this.#write(namespace);
  }

  async #write(namespace: string): Promise<void> {
    const { reader, writer, background, logger } = this.#needs;
    const quota = quotaOf(reader.list(ELASTIC_QUOTAS, namespace));
    if (quota === undefined || background.signal.aborted) return;
    const used = usedBy(reader.list(PODS, namespace), quota);
    if (isSame(used, quota.status?.used ?? {})) return;
    try {
      // A merge patch keeps what it does not name.
      const gone = Object.keys(quota.status?.used ?? {}).filter((name) => used[name] === undefined);
      const patch = { status: { used: { ...used, ...Object.fromEntries(gone.map((name) => [name, null])) } } };
      await writer.patch(ELASTIC_QUOTAS, quota, patch, "status");
    } catch (error) {
      if (hasReason(error, "NotFound")) return;
      logger.warn("the status of an ElasticQuota was not written", { namespace, error });
      if (!background.signal.aborted) this.#touch(namespace, RETRY);
    }
  }
}

/** What running pods request, and nothing of what the quota names besides. */
function usedBy(pods: readonly Pod[], { spec }: ElasticQuota): AmountTexts {
  const named = Object.keys({ ...spec?.min, ...spec?.max });
  let used: Amounts = new Map(named.map((name) => [name, 0]));
  for (const pod of pods) {
    if (pod.status?.phase !== "Running") continue;
    const requests = [...numbersOf(podRequests(pod))].filter(([, amount]) => amount > 0);
    used = plus(used, new Map(requests));
  }
  return Object.fromEntries([...used].map(([name, amount]) => [name, textOf(name, amount)]));
}

/** CPU is counted in thousandths; bytes are written in powers of 1024 where they are even. */
function textOf(resource: string, amount: number): string {
  if (resource === "cpu") return canonicalQuantity(`${amount}m`);
  const isBytes = resource === "memory" || resource === "ephemeral-storage";
  return canonicalQuantity(isBytes && amount > 0 && amount % 1024 === 0 ? `${amount / 1024}Ki` : `${amount}`);
}

function isSame(a: AmountTexts, b: AmountTexts): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => b[name] !== undefined && parseQuantity(a[name]!).equals(parseQuantity(b[name])))
  );
}
