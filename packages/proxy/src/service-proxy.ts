import { ENDPOINT_SLICES, type EndpointSlice, SERVICES, type Service } from "@pinnace/api";
import { objectKey } from "@pinnace/apimachinery";
import type { InformerFactory } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import { CodedError, messageOf } from "@pinnace/errors";
import { type Logger, silentLogger } from "@pinnace/logging";
import type { MetricRegistry } from "@pinnace/metrics";
import type { Subscription } from "rxjs";
import { staleFlows } from "./conntrack.ts";
import { ProxyMetrics } from "./proxy-metrics.ts";
import { baseTable, NO_RULES, type Rules } from "./rules.ts";
import { type ServiceRuleOptions, serviceRules } from "./service-rules.ts";
import { TableState } from "./table-state.ts";

/** Runs a program of the node, without a shell; rejects with its standard error when it fails. */
export type Run = (command: string, args: readonly string[], stdin?: string) => Promise<string>;

export interface ServiceProxyComponents {
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly run: Run;
  readonly logger?: Logger;
  readonly metrics?: MetricRegistry;
}

export interface ServiceProxyOptions extends ServiceRuleOptions {
  /** The range of cluster IPs; default `10.96.0.0/16`. */
  readonly serviceCidr?: string;
  /** The nftables table (family `ip`), ours alone; default `pinnace`. */
  readonly table?: string;
}

/** Makes Services reachable on one node. */
export interface ServiceProxy {
  /** Resolves when all services that are known are programmed. Rejects with `NFT_FAILED`. */
  start(): Promise<void>;
  /** Resolves when every change that was seen so far is in the table. */
  settled(): Promise<void>;
  /** Removes the table. Idempotent. */
  stop(): Promise<void>;
}

const SERVICE_LABEL = "kubernetes.io/service-name";
const RETRY = 1_000;

const serviceKeyOf = (slice: EndpointSlice): string =>
  `${slice.metadata?.namespace ?? ""}/${slice.metadata?.labels?.[SERVICE_LABEL] ?? ""}`;

/** Makes a proxy; it does nothing until it is started. */
export function createServiceProxy(components: ServiceProxyComponents, options: ServiceProxyOptions): ServiceProxy {
  return new NftablesProxy(components, options);
}

class NftablesProxy implements ServiceProxy {
  readonly #components: ServiceProxyComponents;
  readonly #options: Required<ServiceProxyOptions>;
  readonly #logger: Logger;
  readonly #metrics: ProxyMetrics;
  readonly #services;
  readonly #slices;
  readonly #stopping = new AbortController();
  #subscriptions: readonly Subscription[] = [];
  #state: TableState;
  #dirty = new Set<string>();
  #running: Promise<void> | undefined;

  constructor(components: ServiceProxyComponents, options: ServiceProxyOptions) {
    this.#components = components;
    this.#options = { serviceCidr: "10.96.0.0/16", table: "pinnace", ...options };
    this.#logger = components.logger ?? silentLogger;
    this.#metrics = new ProxyMetrics(components.metrics);
    this.#state = new TableState(this.#options.table);
    this.#services = components.informers.informer(SERVICES);
    this.#slices = components.informers.informer(ENDPOINT_SLICES, {
      indexes: { proxyService: (slice) => [serviceKeyOf(slice)] },
    });
  }

  async start(): Promise<void> {
    const { signal } = this.#stopping;
    await Promise.all([this.#services.whenSynced(signal), this.#slices.whenSynced(signal)]);
    await this.#replaceTable();
    this.#subscriptions = [
      this.#services.events.subscribe((event) => this.#mark(objectKey(event.object))),
      this.#slices.events.subscribe((event) => {
        this.#mark(serviceKeyOf(event.object));
        if (event.old !== undefined) this.#mark(serviceKeyOf(event.old));
      }),
    ];
    await this.settled();
  }

  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort(new CodedError("STOPPED", "the proxy was stopped"));
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await this.settled();
    const { table } = this.#options;
    await this.#nft(`add table ip ${table}\ndelete table ip ${table}\n`);
  }

  #mark(key: string): void {
    this.#dirty.add(key);
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
      const [next] = this.#dirty;
      if (next !== undefined && !this.#stopping.signal.aborted) this.#mark(next);
    });
  }

  /** Changes that arrive while a transaction runs go into the next one together. */
  async #work(): Promise<void> {
    await Promise.resolve();
    while (this.#dirty.size > 0 && !this.#stopping.signal.aborted) {
      const keys = this.#dirty;
      this.#dirty = new Set();
      try {
        await this.#sync(keys);
      } catch (error) {
        this.#logger.error("the service rules could not be changed; writing them anew", { error });
        this.#metrics.failed();
        await this.#recover();
      }
    }
  }

  async #sync(keys: ReadonlySet<string>): Promise<void> {
    const started = this.#components.clock.now();
    const changes = new Map([...keys].map((key) => [key, this.#rulesOf(key)] as const));
    const flows = staleFlows(this.#state.services, changes);
    const script = this.#state.apply(changes);
    if (script !== "") await this.#nft(script);
    for (const flow of flows) await this.#forget(flow);
    this.#metrics.synced((this.#components.clock.now() - started) / 1_000, this.#state.services.size);
  }

  #rulesOf(key: string): Rules {
    const service: Service | undefined = this.#services.lister.get(key);
    if (service === undefined) return NO_RULES;
    return serviceRules(service, this.#slices.lister.byIndex("proxyService", key), this.#options);
  }

  /** After a failure the table's content is unknown: it is written from nothing, until that works. */
  async #recover(): Promise<void> {
    const { clock } = this.#components;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await clock.sleep(RETRY, signal);
        await this.#replaceTable();
        for (const service of this.#services.lister.list()) this.#dirty.add(objectKey(service));
        return;
      } catch (error) {
        if (!signal.aborted) this.#logger.error("the service table could not be written", { error });
      }
    }
  }

  async #replaceTable(): Promise<void> {
    this.#state = new TableState(this.#options.table);
    await this.#nft(baseTable(this.#options));
  }

  async #nft(script: string): Promise<void> {
    try {
      await this.#components.run("nft", ["-f", "-"], script);
    } catch (cause) {
      throw new CodedError("NFT_FAILED", `nft: ${messageOf(cause)}`, {
        cause,
        remedy: "install nftables, and run as root",
      });
    }
  }

  async #forget(flow: readonly string[]): Promise<void> {
    try {
      await this.#components.run("conntrack", ["-D", ...flow]);
    } catch (error) {
      // conntrack fails when no flow matches, and may not be installed: clients then time out by themselves.
      this.#logger.debug("no flow was forgotten", { flow, error });
    }
  }
}
