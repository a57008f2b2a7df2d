import type { Counter, Gauge, Histogram, MetricRegistry } from "@pinnace/metrics";

/** kube-proxy's metric names. */
export class ProxyMetrics {
  readonly #duration: Histogram | undefined;
  readonly #services: Gauge | undefined;
  readonly #failures: Counter | undefined;

  constructor(registry: MetricRegistry | undefined) {
    this.#duration = registry?.histogram({
      name: "kubeproxy_sync_proxy_rules_duration_seconds",
      help: "SyncProxyRules latency in seconds",
      buckets: Array.from({ length: 15 }, (_, index) => 0.001 * 2 ** index),
    });
    this.#services = registry?.gauge({ name: "pinnace_proxy_services", help: "Services in the table." });
    this.#failures = registry?.counter({
      name: "kubeproxy_sync_proxy_rules_nftables_sync_failures_total",
      help: "Cumulative proxy nftables sync failures",
    });
  }

  synced(seconds: number, services: number): void {
    this.#duration?.observe(seconds);
    this.#services?.set(services);
  }

  failed(): void {
    this.#failures?.inc();
  }
}
