import type { Clock } from "@pinnace/clock";
import type { Logger } from "@pinnace/logging";
import type { MetricRegistry } from "@pinnace/metrics";
import type { Store } from "@pinnace/store";
import { openLogStore } from "@pinnace/store-log";
import { createMeasuredStore } from "@pinnace/store-metrics";
import type { DataDirectory } from "./data-directory.ts";
import { openEtcd } from "./etcd-store.ts";
import type { UpOptions } from "./options.ts";
import type { Progress } from "./progress.ts";
import { resourceOf } from "./stored-resources.ts";

interface StoreComponents {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: MetricRegistry;
}

/** The store in the data directory or on etcd, encrypted where that was asked for, and measured. */
export async function openStore(
  options: UpOptions,
  directory: DataDirectory,
  components: StoreComponents,
  progress: Progress,
  undo: (() => unknown)[],
): Promise<Store> {
  const { clock, logger, metrics } = components;
  const servers = options.etcdServers;
  const engine = await (servers === undefined
    ? progress.step("store", () => openDirectory(options, directory.store, components))
    : progress.step("store on etcd", () => openEtcd(servers, options, { clock, logger })));
  undo.push(() => engine.close());
  const measured = createMeasuredStore(engine, { registry: metrics, clock, resourceOf });
  const { encryptionProviderConfig: file } = options;
  if (file === undefined) return measured;
  return progress.step("encryption at rest", async () => (await import("./encryption.ts")).encrypt(measured, file));
}

async function openDirectory(
  { quotaBackendBytes: quota, historyLimit, etcdCompactionInterval: compactionInterval }: UpOptions,
  directory: string,
  components: StoreComponents,
): Promise<Store> {
  const store = await openLogStore({ directory, quota, historyLimit, compactionInterval, ...components });
  const help = "Size of the storage database file physically allocated in bytes.";
  const labelNames = ["storage_cluster_id"];
  components.metrics.collect({ name: "apiserver_storage_size_bytes", help, type: "gauge", labelNames }, () => [
    { value: store.size(), labels: { storage_cluster_id: "embedded" } },
  ]);
  return store;
}
