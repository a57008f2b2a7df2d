import { EVENTS, type Event } from "@pinnace/api";
import { type KubernetesObject, parseDuration, type ResourceType } from "@pinnace/apimachinery";
import { TOKEN_ISSUER, type TokenIssuer } from "@pinnace/authentication";
import { type Clock, createRandom, createRealClock, createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { type Cluster, type ClusterOptions, type Resolver, startComposed } from "@pinnace/cluster";
import { composeCluster } from "@pinnace/cluster/module";
import { createMemoryStore, type MemoryStore, type Store } from "@pinnace/store";
import { applyTo } from "./apply.ts";
import { oldestFirst } from "./events.ts";
import { type HistoryRecorder, recordHistory } from "./history.ts";
import type {
  Selection,
  TestCluster,
  TestClusterOptions,
  VirtualTestCluster,
  VirtualTestClusterOptions,
  WaitOptions,
} from "./test-cluster.ts";
import { TestingError } from "./testing-error.ts";
import { trackTokens } from "./tracked-tokens.ts";
import { type Wait, waitOnRealClock, waitOnVirtualClock } from "./wait.ts";
import { absent, named, selected, waitForTarget } from "./wait-for.ts";

/**
 * Starts a cluster in this process: API server, controllers, scheduler and simulated nodes (default one), no port.
 * Resolves when the API answers and the nodes are Ready. Release it with `await using` or `stop()`.
 */
export function createTestCluster(options: VirtualTestClusterOptions): Promise<VirtualTestCluster>;
export function createTestCluster(options?: TestClusterOptions): Promise<TestCluster>;
export async function createTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  return options.clock === "virtual" ? startVirtual(options) : startReal(options);
}

async function startReal(options: TestClusterOptions): Promise<TestCluster> {
  const clock = options.clock === undefined || typeof options.clock === "string" ? createRealClock() : options.clock;
  const random = options.seed === undefined ? {} : { random: createRandom(options.seed) };
  const { cluster, history } = await start(options, { clock, ...random }, clock, composeCluster);
  return {
    ...testCluster(cluster, history, waitOnRealClock(clock)),
    fork: () => startReal({ ...options, store: forked(cluster.store, clock) }),
  };
}

async function startVirtual(
  options: TestClusterOptions,
  clock: VirtualClock = createVirtualClock({ seed: options.seed ?? 1 }),
): Promise<VirtualTestCluster> {
  const { cluster, history } = await start(options, { clock, random: () => clock.random() }, clock, (composition) => {
    const container = composeCluster(composition);
    container.onActivation<TokenIssuer>(TOKEN_ISSUER, (_context, issuer) => trackTokens(issuer, clock));
    return container;
  });
  const advance = (milliseconds: number): Promise<void> => clock.advance(milliseconds);
  return {
    ...testCluster(cluster, history, waitOnVirtualClock(clock)),
    clock,
    advance,
    runFor: async (duration) => advance(millisecondsOf(duration)),
    fork: async () => {
      // What was drawn for the original must not be drawn again: uids, name suffixes.
      const seed = `${options.seed ?? 1}, fork at ${await cluster.store.revision()} of ${clock.random()}`;
      const own = createVirtualClock({ start: clock.now(), seed });
      return startVirtual({ ...options, seed, store: forked(cluster.store, own) }, own);
    },
  };
}

/** A store that goes its own way; only one in memory can. */
function forked(store: Store, clock: Clock): Store {
  if (!("fork" in store)) throw new TestingError("NO_FORK", "only a cluster whose store is in memory can be forked");
  return (store as MemoryStore).fork({ clock });
}

function millisecondsOf(duration: string): number {
  const milliseconds = parseDuration(duration);
  if (milliseconds === undefined)
    throw new TestingError("INVALID_DURATION", `"${duration}" is no duration such as 90s or 1h30m`);
  return milliseconds;
}

interface Started {
  readonly cluster: Cluster;
  readonly history: HistoryRecorder | undefined;
}

async function start(
  { history: wanted = true, clock: _clock, seed: _seed, ...options }: TestClusterOptions,
  time: Pick<ClusterOptions, "clock" | "random">,
  clock: Clock,
  compose: (options: ClusterOptions) => unknown,
): Promise<Started> {
  const store = options.store ?? createMemoryStore({ clock });
  const history = wanted ? recordHistory(store, clock) : undefined;
  const cluster = await startComposed(compose({ ...options, ...time, store }) as Resolver);
  return { cluster, history };
}

function testCluster(cluster: Cluster, history: HistoryRecorder | undefined, wait: Wait): Omit<TestCluster, "fork"> {
  const waitFor = <T extends KubernetesObject>(
    type: ResourceType<T>,
    target: string | Selection,
    predicate?: (found: never) => boolean,
    options?: WaitOptions,
  ): Promise<T | readonly T[]> =>
    typeof target === "string"
      ? waitForTarget(
          cluster,
          wait,
          type,
          named(type, target, predicate as ((object: T) => boolean) | undefined),
          options,
        )
      : waitForTarget(
          cluster,
          wait,
          type,
          selected(type, target, predicate as ((objects: readonly T[]) => boolean) | undefined),
          options,
        );
  return {
    ...cluster,
    apply: ((manifests) => applyTo(cluster, manifests)) as TestCluster["apply"],
    waitFor: waitFor as TestCluster["waitFor"],
    waitForDeletion: async (type, name, options) => {
      await waitForTarget(cluster, wait, type, absent(type, name), options);
    },
    events: async (namespace) => {
      const all = cluster.client.resource<Event>(EVENTS);
      const { items } = await (namespace === undefined ? all : all.namespace(namespace)).list();
      return oldestFirst(items);
    },
    history: () => history?.entries() ?? [],
    [Symbol.asyncDispose]: () => cluster.stop(),
  };
}
