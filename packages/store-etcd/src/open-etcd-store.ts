import type { Clock } from "@pinnace/clock";
import { type Logger, silentLogger } from "@pinnace/logging";
import { type Store, StoreError } from "@pinnace/store";
import { Endpoint, type EtcdTls } from "./connection/endpoint.ts";
import { EtcdClient } from "./connection/etcd-client.ts";
import { Keys } from "./keys.ts";
import { STATUS } from "./protocol/methods.ts";
import { EtcdStore } from "./store/etcd-store.ts";
import { Writes } from "./store/writes.ts";
import { isSupported } from "./version.ts";

export interface EtcdStoreOptions {
  /** URLs of etcd's members, `https://10.0.0.1:2379`; any of them that serves is used. */
  readonly endpoints: readonly string[];
  readonly clock: Clock;
  /** For `https` endpoints. */
  readonly tls?: EtcdTls;
  /** For an etcd with authentication by password; with client certificates it needs none. */
  readonly auth?: { readonly user: string; readonly password: string };
  /** All keys are below it, so that several stores can share an etcd. Default: `/pinnace`. */
  readonly prefix?: string;
  /** Default: silent. */
  readonly logger?: Logger;
  /**
   * Milliseconds in which a call finds a member and gets its answer; as long again it is looked up what became of a write
   * without an answer. Default: 10,000.
   */
  readonly requestTimeout?: number;
  /** Milliseconds until the connection to one member must stand. Default: 3,000. */
  readonly dialTimeout?: number;
  /**
   * Milliseconds between compactions: the history of all users of the etcd is kept for one to two of them. 0: never, for
   * an etcd that compacts by itself. Default: 300,000, as kube-apiserver has it.
   */
  readonly compactionInterval?: number;
  /** Uniform in [0, 1): which endpoint is used first. Default: `Math.random`. */
  readonly random?: () => number;
}

const DEFAULT_REQUEST_TIMEOUT = 10_000;
const DEFAULT_DIAL_TIMEOUT = 3_000;
const DEFAULT_COMPACTION_INTERVAL = 300_000;

/**
 * Connects to etcd 3.4 or later.
 *
 * Errors: `INVALID` (an endpoint is no URL, certificates cannot be read), `UNAVAILABLE` (no member can be reached or
 * trusted, it refuses the user, it is not etcd, or too old).
 */
export async function openEtcdStore(options: EtcdStoreOptions): Promise<Store> {
  const { clock, random = Math.random, requestTimeout = DEFAULT_REQUEST_TIMEOUT } = options;
  if (options.endpoints.length === 0) throw new StoreError("INVALID", "an etcd needs at least one endpoint");
  const endpoints = options.endpoints.map((url) => new Endpoint(url, options.tls, clock));
  const client = new EtcdClient(
    {
      endpoints,
      clock,
      auth: options.auth,
      requestTimeout,
      dialTimeout: options.dialTimeout ?? DEFAULT_DIAL_TIMEOUT,
    },
    Math.floor(random() * endpoints.length),
  );
  try {
    await requireEtcd(client);
  } catch (error) {
    client.close();
    throw error;
  }
  const keys = new Keys(options.prefix ?? "/pinnace");
  return new EtcdStore({
    ...{ client, clock, keys },
    writes: new Writes({ ...{ client, clock, keys }, name: crypto.randomUUID(), patience: requestTimeout }),
    logger: (options.logger ?? silentLogger).child({ component: "store" }),
    compactionInterval: options.compactionInterval ?? DEFAULT_COMPACTION_INTERVAL,
  });
}

async function requireEtcd(client: EtcdClient): Promise<void> {
  const { version } = await client.callRepeatably(STATUS, {});
  if (!isSupported(version)) throw new StoreError("UNAVAILABLE", `etcd ${version} is too old, 3.4 is needed`);
}
