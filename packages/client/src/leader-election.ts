import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import { hasReason } from "@pinnace/apimachinery";
import type { Clock } from "@pinnace/clock";
import { CodedError, messageOf } from "@pinnace/errors";
import { type Logger, silentLogger } from "@pinnace/logging";
import type { Client, ResourceClient } from "./client.ts";

/** Upstream's jitter of the retry period while the lease is somebody else's. */
const JITTER = 1.2;

interface Lease extends KubernetesObject {
  readonly spec?: LeaseSpec;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  /** RFC 3339 with microseconds. */
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

const LEASES: ResourceType<Lease> = {
  group: "coordination.k8s.io",
  version: "v1",
  resource: "leases",
  kind: "Lease",
  namespaced: true,
};

export interface LeaderElectionOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Who this candidate is: unique among the candidates. */
  readonly identity: string;
  /** The Lease: `kube-controller-manager`. */
  readonly name: string;
  /** Default `kube-system`. */
  readonly namespace?: string;
  /** How long others wait before they take over a lease that is not renewed, milliseconds; default 15,000. */
  readonly leaseDuration?: number;
  /** How long the leader tries to renew before it gives up, milliseconds; default 10,000. */
  readonly renewDeadline?: number;
  /** Time between attempts, milliseconds; default 2,000. */
  readonly retryPeriod?: number;
  /** Gives the lease up at the end, so that the next leader need not wait. Default true. */
  readonly releaseOnCancel?: boolean;
}

/**
 * Waits until this candidate holds the Lease, runs `lead` while it does, and resolves when `lead` has ended. The signal
 * given to `lead` aborts when `signal` does, and with `CodedError` `LEADERSHIP_LOST` when the lease could not be renewed
 * in time; in that case the promise rejects with that error after `lead` has ended. (client-go `leaderelection`.)
 */
export async function runAsLeader(
  options: LeaderElectionOptions,
  lead: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const candidate = new Candidate(options);
  if (!(await candidate.acquire(signal))) return;
  const leading = new AbortController();
  const renewal = candidate.renew(AbortSignal.any([signal, leading.signal])).then((lost) => {
    leading.abort(lost ?? signal.reason);
    return lost;
  });
  try {
    await lead(AbortSignal.any([signal, leading.signal]));
  } finally {
    leading.abort(new DOMException("the leader is done", "AbortError"));
  }
  const lost = await renewal;
  if (lost !== undefined) throw lost;
  if (options.releaseOnCancel !== false) await candidate.release();
}

/** Who holds the Lease, or held it last; undefined when nobody has taken it, or its holder gave it up. */
export async function leaderOf({
  client,
  name,
  namespace = "kube-system",
}: Pick<LeaderElectionOptions, "client" | "name" | "namespace">): Promise<string | undefined> {
  try {
    const { spec } = await client.resource(LEASES).namespace(namespace).get(name);
    return spec?.holderIdentity || undefined;
  } catch (error) {
    if (hasReason(error, "NotFound")) return undefined;
    throw error;
  }
}

class Candidate {
  readonly #options: LeaderElectionOptions;
  readonly #leases: ResourceClient<Lease>;
  readonly #logger: Logger;
  readonly #leaseDuration: number;
  readonly #retryPeriod: number;
  /** The lease as last seen, and when it was first seen so, by this candidate's own clock. */
  #observed: { readonly lease: Lease; readonly at: number } | undefined;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#leases = options.client.resource(LEASES).namespace(options.namespace ?? "kube-system");
    this.#logger = (options.logger ?? silentLogger).child({ component: "leader-election", lease: options.name });
    this.#leaseDuration = options.leaseDuration ?? 15_000;
    this.#retryPeriod = options.retryPeriod ?? 2000;
  }

  /** True once the lease is held; false when the signal aborts first. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.#try()) {
        this.#logger.info("became leader", { identity: this.#options.identity });
        return true;
      }
      const delay = this.#retryPeriod * (1 + JITTER * this.#options.random());
      await this.#options.clock.sleep(delay, signal).catch(() => undefined);
    }
    return false;
  }

  /** Renews until the signal aborts (undefined) or the renew deadline passes without success (the error). */
  async renew(signal: AbortSignal): Promise<CodedError | undefined> {
    const { clock, name, renewDeadline = 10_000 } = this.#options;
    let renewed = clock.now();
    while (!signal.aborted) {
      await clock.sleep(this.#retryPeriod, signal).catch(() => undefined);
      if (signal.aborted) return undefined;
      if (await this.#tryUntil(renewed + renewDeadline, signal)) renewed = clock.now();
      else if (clock.now() - renewed >= renewDeadline)
        return new CodedError("LEADERSHIP_LOST", `the lease ${name} could not be renewed in time`);
    }
    return undefined;
  }

  /** An attempt that hangs must not make a leader of somebody whose lease has run out. */
  async #tryUntil(deadline: number, signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    const done = new AbortController();
    const late = clock.sleep(deadline - clock.now(), AbortSignal.any([signal, done.signal])).then(
      () => false,
      () => false,
    );
    const result = await Promise.race([this.#try(), late]);
    done.abort();
    return result;
  }

  async release(): Promise<void> {
    const lease = this.#observed?.lease;
    if (lease?.spec?.holderIdentity !== this.#options.identity) return;
    const now = microTime(this.#options.clock.now());
    const spec = { ...lease.spec, holderIdentity: "", leaseDurationSeconds: 1, acquireTime: now, renewTime: now };
    await this.#leases.update({ ...lease, spec }).catch((error: unknown) => {
      this.#logger.warn("the lease could not be released", { error: messageOf(error) });
    });
  }

  async #try(): Promise<boolean> {
    try {
      const lease = await this.#read();
      if (lease === undefined) return this.#observe(await this.#leases.create(this.#claim(undefined)));
      this.#see(lease);
      if (!this.#mayTake(lease)) return false;
      return this.#observe(await this.#leases.update(this.#claim(lease)));
    } catch (error) {
      this.#logger.debug("the lease could not be taken", { error: messageOf(error) });
      return false;
    }
  }

  async #read(): Promise<Lease | undefined> {
    try {
      return await this.#leases.get(this.#options.name);
    } catch (error) {
      if (hasReason(error, "NotFound")) return undefined;
      throw error;
    }
  }

  #see(lease: Lease): void {
    if (this.#observed?.lease.metadata?.resourceVersion === lease.metadata?.resourceVersion) return;
    this.#observed = { lease, at: this.#options.clock.now() };
  }

  #observe(lease: Lease): true {
    this.#observed = { lease, at: this.#options.clock.now() };
    return true;
  }

  #mayTake(lease: Lease): boolean {
    const holder = lease.spec?.holderIdentity;
    if (!holder || holder === this.#options.identity) return true;
    const seen = this.#observed?.at ?? this.#options.clock.now();
    return seen + this.#leaseDuration <= this.#options.clock.now();
  }

  #claim(lease: Lease | undefined): Lease {
    const { name, identity } = this.#options;
    const now = microTime(this.#options.clock.now());
    const mine = lease?.spec?.holderIdentity === identity;
    const transitions = lease?.spec?.leaseTransitions ?? 0;
    const spec: LeaseSpec = {
      ...lease?.spec,
      holderIdentity: identity,
      leaseDurationSeconds: Math.round(this.#leaseDuration / 1000),
      acquireTime: (mine ? lease?.spec?.acquireTime : undefined) ?? now,
      renewTime: now,
      leaseTransitions: mine || lease === undefined ? transitions : transitions + 1,
    };
    return { ...lease, metadata: { ...lease?.metadata, name }, spec };
  }
}

/** RFC 3339 with microseconds, as MicroTime is written. */
function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}
