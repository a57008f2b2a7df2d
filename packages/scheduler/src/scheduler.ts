import type { Pod } from "@pinnace/api";
import type { Client, InformerFactory } from "@pinnace/client";
import type { Clock, Timer } from "@pinnace/clock";
import { CodedError, messageOf } from "@pinnace/errors";
import { type Logger, silentLogger } from "@pinnace/logging";
import type { MetricRegistry } from "@pinnace/metrics";
import type { PluginRegistry } from "@pinnace/plugin";
import {
  ClusterCache,
  type Cycle,
  createCycleState,
  fitMessage,
  isRejection,
  type QueueItem,
  SchedulingQueue,
  type Status,
  WaitingPodRegistry,
} from "@pinnace/scheduler-framework";
import type { Attempt } from "./attempt.ts";
import { AttemptOutcomes, rejectorsOf, rejectorsOfDiagnosis } from "./attempt-outcomes.ts";
import { createBackground } from "./background.ts";
import { runBindingCycle } from "./binding-cycle.ts";
import { createClusterReader, createClusterWriter } from "./cluster-access.ts";
import { ClusterWatch } from "./cluster-watch.ts";
import {
  DEFAULT_SCHEDULER_CONFIG,
  type KubeSchedulerConfigurationObject,
  type SchedulerConfig,
  schedulerConfigOf,
} from "./config.ts";
import { wantsScores } from "./explain/annotation.ts";
import { AttemptLog } from "./explain/attempt-log.ts";
import type { SchedulerInspection } from "./explain/inspection.ts";
import { createExtenders } from "./extenders/create-extenders.ts";
import { bindWithExtenders, type Extender } from "./extenders/extender.ts";
import { type ExtenderTransportFactory, fetchTransport } from "./extenders/extender-transport.ts";
import { findNodeWithExtenders } from "./extenders/find-node-with-extenders.ts";
import { type Failure, writeNomination } from "./failure-report.ts";
import { type FindNodeOptions, type FindNodeResult, findNode } from "./find-node.ts";
import { fitErrorMessage } from "./fit-error.ts";
import { Nominations } from "./nominations.ts";
import { type PostFilterOutcome, runPostFilter } from "./post-filter.ts";
import { createRuntimes, queueRules, type Runtimes, registeredResources, schedulerNameOf } from "./profile-runtimes.ts";
import { SchedulerMetrics } from "./scheduler-metrics.ts";
import type { SchedulingEvents } from "./scheduling-events.ts";
import { SupposingReader } from "./whatif/supposing-reader.ts";

/** The DI token of the {@link Scheduler}. */
export const SCHEDULER: unique symbol = Symbol.for("pinnace.scheduler") as never;

export interface SchedulerDependencies {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly events: SchedulingEvents;
  readonly plugins: PluginRegistry;
  readonly random: () => number;
  readonly logger?: Logger;
  readonly metrics?: MetricRegistry;
  /** Default: one profile, `default-scheduler`, with the default plugins. */
  readonly config?: SchedulerConfig | KubeSchedulerConfigurationObject;
  /** How extenders are reached; default: `fetch`. */
  readonly extenderTransport?: ExtenderTransportFactory;
}

/** Places pods that name one of its profiles in `spec.schedulerName`. */
export interface Scheduler {
  /** Resolves when it has seen the cluster and begins to place pods. */
  start(): Promise<void>;
  /** Stops placing pods and waits for the bindings under way. */
  stop(): Promise<void>;
  /**
   * Goes on with other profiles and extenders. Pods that wait are tried again, pods on their way go on as they began.
   * Throws what a wrong profile throws, and then nothing has changed.
   */
  reconfigure(config: SchedulerConfig | KubeSchedulerConfigurationObject): void;
  /** For questions: why a pod is where it is, what would fit. */
  readonly inspection: SchedulerInspection;
  /** How many pods wait, by queue. */
  readonly pending: {
    readonly active: number;
    readonly backoff: number;
    readonly unschedulable: number;
    readonly gated: number;
  };
}

/** Attempts in one turn of the event loop, and the milliseconds that a turn may take. */
const ATTEMPTS_PER_TURN = 64;
const TURN = 4;

/** Makes a scheduler; it does nothing until it is started. */
export function createScheduler(dependencies: SchedulerDependencies): Scheduler {
  return new LoopScheduler(dependencies);
}

class LoopScheduler implements Scheduler {
  readonly #needs: SchedulerDependencies;
  readonly #logger: Logger;
  readonly #metrics: SchedulerMetrics;
  readonly #cache = new ClusterCache();
  readonly #nominations = new Nominations();
  readonly #waiting: WaitingPodRegistry;
  readonly #queue: SchedulingQueue;
  readonly #stopping = new AbortController();
  readonly #bindings = new Set<Promise<void>>();
  readonly #watch: ClusterWatch;
  readonly #outcomes: AttemptOutcomes;
  readonly #attempts = new AttemptLog();
  readonly inspection: SchedulerInspection;
  readonly #reader: SupposingReader;
  /** Aborts when these profiles are no longer used. */
  #lifetime = new AbortController();
  readonly #begun = Promise.withResolvers<void>();
  #config: SchedulerConfig;
  #extenders: readonly Extender[];
  #runtimes: Runtimes;
  #turn: Timer | undefined;
  #started = false;
  /** An attempt that needs time is under way: the next one has to see what it reserves. */
  #isWaiting = false;
  #nextIndex = 0;

  constructor(dependencies: SchedulerDependencies) {
    const { clock, logger = silentLogger, metrics } = dependencies;
    const config = schedulerConfigOf(dependencies.config ?? DEFAULT_SCHEDULER_CONFIG);
    this.#needs = dependencies;
    this.#config = config;
    this.#logger = logger.child({ component: "scheduler" });
    this.#reader = new SupposingReader(createClusterReader(dependencies.informers));
    this.inspection = {
      ...{ attempts: this.#attempts, reader: this.#reader, logger: this.#logger },
      snapshot: () => this.#cache.snapshot(),
      profileOf: (schedulerName) => this.#runtimes.get(schedulerName)?.profile,
      placeOf: (uid) => this.#queue.placeOf(uid),
      extenders: () => this.#extenders,
    };
    this.#waiting = new WaitingPodRegistry(clock);
    this.#metrics = new SchedulerMetrics(metrics, { queue: () => this.#queue, cache: this.#cache });
    [this.#extenders, this.#runtimes] = this.#build(config);
    this.#queue = new SchedulingQueue({
      ...queueRules(this.#runtimes),
      clock,
      onReady: () => this.#wake(),
      onIncoming: (queue, event) => this.#metrics.incoming(queue, event),
      initialBackoff: config.podInitialBackoffSeconds * 1_000,
      maxBackoff: config.podMaxBackoffSeconds * 1_000,
    });
    this.#outcomes = new AttemptOutcomes({
      ...dependencies,
      metrics: this.#metrics,
      queue: this.#queue,
      nominations: this.#nominations,
      signal: this.#stopping.signal,
      track: (work) => this.#track(work),
    });
    dependencies.events.yieldWhile?.(() => this.#queue.counts.active + this.#bindings.size > 0);
    this.#watch = new ClusterWatch({
      cache: this.#cache,
      queue: this.#queue,
      nominations: this.#nominations,
      waiting: this.#waiting,
      isResponsible: (pod) => this.#runtimes.has(schedulerNameOf(pod)),
      registered: () => registeredResources(this.#runtimes),
    });
  }

  get pending(): Scheduler["pending"] {
    return this.#queue.counts;
  }

  async start(): Promise<void> {
    this.#begun.resolve();
    this.#queue.start();
    await this.#watch.start(this.#needs.informers, this.#stopping.signal);
    this.#started = true;
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new CodedError("STOPPED", "the scheduler was stopped"));
    this.#lifetime.abort(this.#stopping.signal.reason);
    this.#begun.resolve();
    this.#turn?.cancel();
    this.#watch.stop();
    this.#queue.stop();
    for (const { pod } of this.#waiting.list())
      this.#waiting.reject(pod.metadata?.uid ?? "", "the scheduler was stopped");
    await Promise.all(this.#bindings);
    this.#needs.events.stop();
  }

  reconfigure(wanted: SchedulerConfig | KubeSchedulerConfigurationObject): void {
    const config = schedulerConfigOf(wanted);
    [this.#extenders, this.#runtimes] = this.#build(config);
    this.#config = config;
    this.#queue.reconfigure({
      ...queueRules(this.#runtimes),
      initialBackoff: config.podInitialBackoffSeconds * 1_000,
      maxBackoff: config.podMaxBackoffSeconds * 1_000,
    });
    this.#watch.reconsider(this.#needs.informers);
    this.#wake();
  }

  /** New profiles; what the old ones do on the side ends when the new ones are there. */
  #build(config: SchedulerConfig): [readonly Extender[], Runtimes] {
    const { client, clock, events, informers, extenderTransport = fetchTransport } = this.#needs;
    const lifetime = new AbortController();
    const extenders = createExtenders(config.extenders ?? [], extenderTransport, clock);
    const runtimes = createRuntimes(config, extenders, {
      ...this.#needs,
      reader: this.#reader,
      writer: createClusterWriter(client, clock, events),
      waitingPods: this.#waiting,
      queue: { activate: (pod) => this.#queue.activate(pod.metadata?.uid ?? "") },
      background: createBackground({ client, informers, begun: this.#begun.promise }, lifetime.signal),
      logger: this.#logger,
      nominations: this.#nominations,
    });
    this.#lifetime.abort(new CodedError("STOPPED", "the scheduler goes on with another configuration"));
    this.#lifetime = lifetime;
    return [extenders, runtimes];
  }

  #wake(): void {
    if (!this.#started || this.#isWaiting || this.#turn !== undefined || this.#stopping.signal.aborted) return;
    this.#turn = this.#needs.clock.setTimeout(() => {
      this.#turn = undefined;
      this.#runTurn();
    }, 0);
  }

  #runTurn(): void {
    const { clock } = this.#needs;
    const started = clock.now();
    for (let count = 0; count < ATTEMPTS_PER_TURN && clock.now() - started < TURN; count += 1) {
      const item = this.#queue.pop();
      if (item === undefined) return;
      const unfinished = this.#attempt(item);
      if (unfinished === undefined) continue;
      this.#isWaiting = true;
      this.#track(
        unfinished.finally(() => {
          this.#isWaiting = false;
          this.#wake();
        }),
      );
      return;
    }
    this.#wake();
  }

  /** Chooses a node and reserves what the pod needs there; a promise when a plugin or an extender needs time for that. */
  #attempt(item: QueueItem): Promise<void> | undefined {
    const { clock } = this.#needs;
    const { pod } = item.pod;
    const runtime = this.#runtimes.get(schedulerNameOf(pod));
    if (runtime === undefined || this.#cache.isAssumed(pod.metadata?.uid ?? "")) {
      this.#queue.done(item);
      return undefined;
    }
    const cycle: Cycle = {
      state: createCycleState(),
      pod: item.pod,
      snapshot: this.#cache.snapshot(),
      signal: this.#stopping.signal,
    };
    const extenders =
      this.#extenders.length === 0 ? this.#extenders : this.#extenders.filter((each) => each.isInterested(pod));
    const attempt: Attempt = { item, cycle, runtime, extenders, started: clock.now(), record: undefined };
    const options: FindNodeOptions = {
      profile: runtime.profile,
      nominations: this.#nominations,
      percentage: runtime.profile.config.percentageOfNodesToScore ?? this.#config.percentageOfNodesToScore,
      startIndex: this.#nextIndex,
      random: this.#needs.random,
      verdicts: runtime.verdicts,
    };
    if (extenders.length === 0) return this.#searched(attempt, findNode(cycle, options));
    return findNodeWithExtenders(cycle, { ...options, extenders, logger: this.#logger }).then((result) =>
      this.#searched(attempt, result),
    );
  }

  #searched(attempt: Attempt, result: FindNodeResult): Promise<void> | undefined {
    const { item, cycle, runtime, started } = attempt;
    this.#nextIndex = result.nextIndex;
    this.#metrics.searched((this.#needs.clock.now() - started) / 1_000);
    if (result.type === "found") result.keepScores?.(wantsScores(item.pod.pod, result.feasible));
    attempt.record = {
      pod: item.pod.pod,
      schedulerName: runtime.profile.schedulerName,
      attempt: item.attempts,
      started,
      totalNodes: cycle.snapshot.nodes.length,
      search: result,
      ...{ outcome: "Binding", message: "", nominatedNode: undefined, ended: undefined },
    };
    this.#attempts.add(attempt.record);
    if (result.type !== "found") {
      this.#track(this.#fail(attempt, result));
      return undefined;
    }
    this.#cache.assume(item.pod, result.nodeName);
    const reserved = runtime.profile.runReserve(cycle, result.nodeName);
    if (!(reserved instanceof Promise)) return this.#reserved(attempt, result.nodeName, reserved);
    return reserved.then((status) => this.#reserved(attempt, result.nodeName, status));
  }

  #reserved(attempt: Attempt, nodeName: string, reserved: Status): undefined {
    const { cycle, runtime } = attempt;
    if (reserved.code !== "Success") {
      this.#track(this.#giveUp(attempt, nodeName, reserved, true));
      return undefined;
    }
    const { status, timeouts } = runtime.profile.runPermit(cycle, nodeName);
    if (status.code === "Wait") {
      this.#track(this.#bind(attempt, nodeName, this.#waiting.wait(cycle.pod.pod, nodeName, timeouts)));
    } else if (status.code === "Success") this.#track(this.#bind(attempt, nodeName, undefined));
    else this.#track(this.#giveUp(attempt, nodeName, status, true));
    return undefined;
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#logger.error("a scheduling attempt failed", { error }))
      .finally(() => this.#bindings.delete(tracked));
    this.#bindings.add(tracked);
  }

  /** Everything after Permit: other pods are placed meanwhile. */
  async #bind(attempt: Attempt, nodeName: string, permitted: Promise<Status> | undefined): Promise<void> {
    const { cycle, runtime, extenders, item } = attempt;
    const { pod } = item.pod;
    this.#metrics.waiting(permitted, this.#needs.clock);
    let canBeRejected = true;
    const status = await runBindingCycle(cycle, runtime.profile, nodeName, {
      ...{ permitted, waiting: this.#waiting },
      announce: (node) => this.#announce(pod, node),
      committed: () => {
        canBeRejected = false;
        this.#queue.done(item);
      },
      bindOutside: extenders.some(({ binds }) => binds)
        ? (node) => bindWithExtenders(extenders, pod, node, this.#logger)
        : undefined,
    });
    if (status.code === "Success") this.#outcomes.bound(attempt, nodeName);
    else await this.#giveUp(attempt, nodeName, status, canBeRejected);
  }

  /** Says where the pod is going while others wait for it to get there; that it cannot be said keeps nobody from going. */
  async #announce(pod: Pod, nodeName: string): Promise<void> {
    try {
      await writeNomination(this.#needs.client, pod, nodeName);
    } catch (error) {
      this.#logger.warn("the nomination was not written", { pod: pod.metadata?.name, error: messageOf(error) });
    }
  }

  /** Takes back what was reserved on a node. A rejection up to Permit counts as one; later everything is an error. */
  async #giveUp(attempt: Attempt, nodeName: string, status: Status, canBeRejected: boolean): Promise<void> {
    const { cycle, runtime, item } = attempt;
    const { pod } = item.pod;
    await runtime.profile.runUnreserve(cycle, nodeName);
    this.#cache.forget(pod.metadata?.uid ?? "");
    const assumed = { ...pod, spec: { ...pod.spec, nodeName } } as Pod;
    const rejected = isRejection(status);
    // The room that it gives up does not help the pod itself, which was rejected for another reason.
    const except = rejected ? pod.metadata?.uid : undefined;
    this.#queue.onEvent({ resource: "AssignedPod", action: "Delete" }, assumed, undefined, except);
    const isVerdict = rejected && canBeRejected;
    const failure: Failure = {
      reason: rejected ? "Unschedulable" : "SchedulerError",
      message: isVerdict ? fitMessage(1, [status]) : status.reasons.join(", "),
      nominatedNode: "",
    };
    await this.#outcomes.failed(attempt, failure, isVerdict ? rejectorsOf([status]) : undefined);
  }

  async #fail(attempt: Attempt, result: Exclude<FindNodeResult, { type: "found" }>): Promise<void> {
    const { cycle, runtime } = attempt;
    if (result.type === "error") {
      const message = result.status.reasons.join(", ");
      await this.#outcomes.failed(attempt, { reason: "SchedulerError", message, nominatedNode: "" });
      return;
    }
    const { diagnosis } = result;
    const isHopeless = diagnosis.nodeCount === 0 || runtime.profile.points.postFilter.length === 0;
    runtime.whatIf.register(cycle, result.preFilter.skipped);
    const post: PostFilterOutcome = isHopeless
      ? { message: "", nominatedNode: "" }
      : await runPostFilter(cycle, runtime.profile, diagnosis.rejections, this.#logger);
    const message = fitErrorMessage({ ...diagnosis, postFilterMessage: post.message });
    const nominated = post.nominatedNode === undefined ? {} : { nominatedNode: post.nominatedNode };
    const rejectors = rejectorsOfDiagnosis(diagnosis);
    await this.#outcomes.failed(attempt, { reason: "Unschedulable", message, ...nominated }, rejectors);
  }
}
