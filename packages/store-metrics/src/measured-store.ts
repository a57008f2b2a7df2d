import type { Clock } from "@pinnace/clock";
import type { Labels, MetricRegistry } from "@pinnace/metrics";
import type { Store, Transaction } from "@pinnace/store";
import { tap } from "rxjs";

export interface MeasuredStoreOptions {
  readonly registry: MetricRegistry;
  readonly clock: Pick<Clock, "now">;
  /** Whose key, or prefix of keys, this is; undefined: both labels are empty. */
  readonly resourceOf: (key: string) => { readonly group: string; readonly resource: string } | undefined;
}

/** As upstream (`etcd_request_duration_seconds`), seconds. */
const DURATIONS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const BY_OPERATION = ["operation", "group", "resource"];
const BY_RESOURCE = ["group", "resource"];

/**
 * A store that counts and times what is asked of the one behind it, by operation (`get`, `list`, `create`, `update`,
 * `delete`, `txn` for a commit of several keys) and resource. Events count once for each watch. Values and entries are
 * those of the store.
 */
export function createMeasuredStore(store: Store, options: MeasuredStoreOptions): Store {
  const meter = new Meter(options);
  return {
    read: (key) => meter.measure("get", key, () => store.read(key)),
    list: (prefix, listOptions) => meter.measure("list", prefix, () => store.list(prefix, listOptions)),
    commit: (transaction) => {
      const { operation, key } = describe(transaction);
      return meter.measure(operation, key, () => store.commit(transaction));
    },
    watch: (prefix, watchOptions) =>
      store
        .watch(prefix, watchOptions)
        .pipe(tap((event) => meter.received(event.type === "put" ? event.entry.key : event.key))),
    compact: (revision) => store.compact(revision),
    revision: () => store.revision(),
    requestProgress: () => store.requestProgress(),
    close: () => store.close(),
  };
}

/** A commit is of its first key. */
function describe({ when, then }: Transaction): { readonly operation: string; readonly key: string } {
  const [mutation] = then;
  if (mutation === undefined) return { operation: "get", key: when[0]?.key ?? "" };
  const { type, key } = mutation;
  if (then.length > 1) return { operation: "txn", key };
  if (type === "delete") return { operation: "delete", key };
  const creates = when.some((condition) => condition.key === key && condition.modRevision === 0);
  return { operation: creates ? "create" : "update", key };
}

class Meter {
  readonly #options: MeasuredStoreOptions;
  readonly #durations: ReturnType<MetricRegistry["histogram"]>;
  readonly #requests: ReturnType<MetricRegistry["counter"]>;
  readonly #errors: ReturnType<MetricRegistry["counter"]>;
  readonly #events: ReturnType<MetricRegistry["counter"]>;

  constructor(options: MeasuredStoreOptions) {
    this.#options = options;
    const { registry } = options;
    this.#durations = registry.histogram({
      name: "etcd_request_duration_seconds",
      help: "Etcd request latency in seconds for each operation and object type.",
      labelNames: BY_OPERATION,
      buckets: DURATIONS,
    });
    this.#requests = registry.counter({
      name: "etcd_requests_total",
      help: "Etcd request counts for each operation and object type.",
      labelNames: BY_OPERATION,
    });
    this.#errors = registry.counter({
      name: "etcd_request_errors_total",
      help: "Etcd failed request counts for each operation and object type.",
      labelNames: BY_OPERATION,
    });
    this.#events = registry.counter({
      name: "apiserver_storage_events_received_total",
      help: "Number of etcd events received split by kind.",
      labelNames: BY_RESOURCE,
    });
  }

  async measure<T>(operation: string, key: string, run: () => Promise<T>): Promise<T> {
    const { clock } = this.#options;
    const labels = { operation, ...this.#resource(key) };
    const start = clock.now();
    this.#requests.inc(labels);
    try {
      return await run();
    } catch (error) {
      this.#errors.inc(labels);
      throw error;
    } finally {
      this.#durations.observe((clock.now() - start) / 1000, labels);
    }
  }

  received(key: string): void {
    this.#events.inc(this.#resource(key));
  }

  #resource(key: string): Labels {
    const { group, resource } = this.#options.resourceOf(key) ?? { group: "", resource: "" };
    return { group, resource };
  }
}
