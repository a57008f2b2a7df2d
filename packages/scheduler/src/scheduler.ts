import { PODS, type Pod } from "@pinnace/api";
import type { Client, InformerFactory } from "@pinnace/client";
import type { Clock, Timer } from "@pinnace/clock";
import { CodedError } from "@pinnace/errors";
import { type Logger, silentLogger } from "@pinnace/logging";
import type { MetricRegistry } from "@pinnace/metrics";
import type { PluginRegistry } from "@pinnace/plugin";
import {
  ClusterCache,
  type Cycle,
  createCycleState,
  isRejection,
  type Profile,
  type QueueItem,
  SchedulingQueue,
  WaitingPodRegistry,
} from "@pinnace/scheduler-framework";
import { runBindingCycle } from "./binding-cycle.ts";
import { createClusterReader, createClusterWriter } from "./cluster-access.ts";
import { ClusterWatch } from "./cluster-watch.ts";
import { DEFAULT_SCHEDULER_CONFIG, type SchedulerConfig } from "./config.ts";
import { type Failure, reportFailure, writeNomination } from "./failure-report.ts";
import { type FindNodeResult, findNode } from "./find-node.ts";
import { fitErrorMessage } from "./fit-error.ts";
import { Nominations } from "./nominations.ts";
import { runPostFilter } from "./post-filter.ts";
import { createProfile } from "./profiles.ts";
import { SchedulerMetrics } from "./scheduler-metrics.ts";
import type { SchedulingEvents } from "./scheduling-events.ts";
import { WhatIf } from "./what-if.ts";

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
  readonly config?: SchedulerConfig;
}

/** Places pods that name one of its profiles in `spec.schedulerName`. */
export interface Scheduler {
  /** Resolves when it has seen the cluster and begins to place pods. */
  start(): Promise<void>;
  /** Stops placing pods and waits for the bindings under way. */
  stop(): Promise<void>;
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

interface Runtime {
  readonly profile: Profile;
  readonly whatIf: WhatIf;
}

class LoopScheduler implements Scheduler {
  readonly #needs: SchedulerDependencies;
  readonly #config: SchedulerConfig;
  readonly #logger: Logger;
  readonly #metrics: SchedulerMetrics;
  readonly #cache = new ClusterCache();
  readonly #nominations = new Nominations();
  readonly #waiting: WaitingPodRegistry;
  readonly #profiles = new Map<string, Runtime>();
  readonly #queue: SchedulingQueue;
  readonly #stopping = new AbortController();
  readonly #bindings = new Set<Promise<void>>();
  readonly #watch: ClusterWatch;
  #turn: Timer | undefined;
  #started = false;
  #nextIndex = 0;

  constructor(dependencies: SchedulerDependencies) {
    this.#needs = dependencies;
    this.#config = dependencies.config ?? DEFAULT_SCHEDULER_CONFIG;
    this.#logger = (dependencies.logger ?? silentLogger).child({ component: "scheduler" });
    this.#waiting = new WaitingPodRegistry(dependencies.clock);
    this.#metrics = new SchedulerMetrics(dependencies.metrics, () => this.#queue);
    for (const config of this.#config.profiles) this.#addProfile(config);
    const first = [...this.#profiles.values()][0]!.profile;
    const events = new Map([...this.#profiles.values()].flatMap(({ profile }) => [...profile.events()]));
    this.#queue = new SchedulingQueue({
      clock: dependencies.clock,
      compare: (a, b) => first.compare(a, b),
      preEnqueue: (pod) => this.#runtimeOf(pod.pod)!.profile.runPreEnqueue(pod),
      events,
      onReady: () => this.#wake(),
      initialBackoff: this.#config.podInitialBackoffSeconds * 1_000,
      maxBackoff: this.#config.podMaxBackoffSeconds * 1_000,
    });
    this.#watch = new ClusterWatch({
      cache: this.#cache,
      queue: this.#queue,
      nominations: this.#nominations,
      waiting: this.#waiting,
      isResponsible: (pod) => this.#runtimeOf(pod) !== undefined,
    });
  }

  get pending(): Scheduler["pending"] {
    return this.#queue.counts;
  }

  async start(): Promise<void> {
    this.#queue.start();
    await this.#watch.start(this.#needs.informers, this.#stopping.signal);
    this.#started = true;
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new CodedError("STOPPED", "the scheduler was stopped"));
    this.#turn?.cancel();
    this.#watch.stop();
    this.#queue.stop();
    for (const { pod } of this.#waiting.list())
      this.#waiting.reject(pod.metadata?.uid ?? "", "the scheduler was stopped");
    await Promise.all(this.#bindings);
    this.#needs.events.stop();
  }

  #addProfile(config: SchedulerConfig["profiles"][number]): void {
    const { client, clock, events, informers, plugins, random } = this.#needs;
    const whatIf = new WhatIf(() => this.#profiles.get(config.schedulerName)!.profile, this.#nominations);
    const profile = createProfile(config, plugins, {
      reader: createClusterReader(informers),
      writer: createClusterWriter(client, clock, events),
      waitingPods: this.#waiting,
      filters: whatIf,
      queue: { activate: (pod) => this.#queue.activate(pod.metadata?.uid ?? "") },
      clock,
      logger: this.#logger,
      random,
      schedulerName: config.schedulerName,
    });
    this.#profiles.set(config.schedulerName, { profile, whatIf });
  }

  #runtimeOf(pod: Pod): Runtime | undefined {
    return this.#profiles.get(pod.spec?.schedulerName ?? "default-scheduler");
  }

  #wake(): void {
    if (!this.#started || this.#turn !== undefined || this.#stopping.signal.aborted) return;
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
      this.#attempt(item);
    }
    this.#wake();
  }

  #attempt(item: QueueItem): void {
    const runtime = this.#runtimeOf(item.pod.pod)!;
    const { profile } = runtime;
    const started = this.#needs.clock.now();
    const cycle: Cycle = {
      state: createCycleState(),
      pod: item.pod,
      snapshot: this.#cache.snapshot(),
      signal: this.#stopping.signal,
    };
    const result = findNode(cycle, {
      profile,
      nominations: this.#nominations,
      percentage: profile.config.percentageOfNodesToScore ?? this.#config.percentageOfNodesToScore,
      startIndex: this.#nextIndex,
      random: this.#needs.random,
    });
    this.#nextIndex = result.nextIndex;
    this.#metrics.searched((this.#needs.clock.now() - started) / 1_000);
    if (result.type === "found") {
      this.#cache.assume(item.pod, result.nodeName);
      this.#track(this.#bind(item, cycle, runtime, result.nodeName, started));
    } else this.#track(this.#fail(item, cycle, runtime, result, started));
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#logger.error("a scheduling attempt failed", { error }))
      .finally(() => this.#bindings.delete(tracked));
    this.#bindings.add(tracked);
  }

  /** Everything after the choice of a node: other pods are placed meanwhile. */
  async #bind(item: QueueItem, cycle: Cycle, { profile }: Runtime, nodeName: string, started: number): Promise<void> {
    const { client, clock, events } = this.#needs;
    const { pod } = item.pod;
    const status = await runBindingCycle(cycle, profile, nodeName, {
      waiting: this.#waiting,
      announce: (node) => writeNomination(client, pod, node),
    });
    if (status.code === "Success") {
      this.#nominations.delete(pod.metadata?.uid ?? "");
      this.#queue.done(item);
      this.#metrics.attempted(profile.schedulerName, "scheduled", (clock.now() - started) / 1_000);
      this.#metrics.scheduled(item.attempts, (clock.now() - item.added) / 1_000);
      const note = `Successfully assigned ${pod.metadata?.namespace}/${pod.metadata?.name} to ${nodeName}`;
      events.event(pod, { type: "Normal", reason: "Scheduled", action: "Binding", note });
      profile.runPostBind(cycle, nodeName);
      return;
    }
    await profile.runUnreserve(cycle, nodeName);
    this.#cache.forget(pod.metadata?.uid ?? "");
    const assumed = { ...pod, spec: { ...pod.spec, nodeName } } as Pod;
    const rejected = isRejection(status);
    // The room that it gives up does not help the pod itself, which was rejected for another reason.
    const except = rejected ? pod.metadata?.uid : undefined;
    this.#queue.onEvent({ resource: "AssignedPod", action: "Delete" }, assumed, undefined, except);
    const plugins = new Set(rejected && status.plugin !== undefined ? [status.plugin] : []);
    const reason = rejected ? "Unschedulable" : "SchedulerError";
    const failure = { reason, message: status.reasons.join(", "), nominatedNode: "" } as const;
    await this.#giveBack(item, profile, plugins, failure, started);
  }

  async #fail(
    item: QueueItem,
    cycle: Cycle,
    { profile, whatIf }: Runtime,
    result: Exclude<FindNodeResult, { type: "found" }>,
    started: number,
  ): Promise<void> {
    if (result.type === "error") {
      const message = result.status.reasons.join(", ");
      await this.#giveBack(item, profile, new Set(), { reason: "SchedulerError", message }, started);
      return;
    }
    const { diagnosis } = result;
    whatIf.register(cycle, result.preFilter.skipped);
    const post = await runPostFilter(cycle, profile, diagnosis.rejections, this.#logger);
    if (profile.points.postFilter.length > 0) this.#metrics.preempted();
    const message = fitErrorMessage({ ...diagnosis, postFilterMessage: post.message });
    const nominated = post.nominatedNode === undefined ? {} : { nominatedNode: post.nominatedNode };
    await this.#giveBack(item, profile, diagnosis.plugins, { reason: "Unschedulable", message, ...nominated }, started);
  }

  /** Back into the queue, with the condition and the event that say why. */
  async #giveBack(
    item: QueueItem,
    profile: Profile,
    plugins: ReadonlySet<string>,
    failure: Failure,
    started: number,
  ): Promise<void> {
    const { client, clock, events } = this.#needs;
    const result = failure.reason === "Unschedulable" ? "unschedulable" : "error";
    this.#metrics.attempted(profile.schedulerName, result, (clock.now() - started) / 1_000);
    const pod = this.#requeue(item, plugins, failure.reason === "SchedulerError");
    if (this.#stopping.signal.aborted) return;
    const note = failure.message;
    events.event(item.pod.pod, { type: "Warning", reason: "FailedScheduling", action: "Scheduling", note });
    if (pod === undefined) return;
    const { nominatedNode } = failure;
    if (nominatedNode !== undefined) {
      const weaker = this.#nominations.weaker(nominatedNode, item.pod);
      this.#nominations.set(item.pod, nominatedNode);
      for (const other of weaker) this.#track(writeNomination(client, other.pod, ""));
    }
    await reportFailure(client, clock, pod, failure);
  }

  /**
   * With the pod as it is now: it may have changed, been placed by others, or gone meanwhile. Undefined when it needs no
   * other attempt.
   */
  #requeue(item: QueueItem, plugins: ReadonlySet<string>, error: boolean): Pod | undefined {
    const { namespace = "", name = "", uid } = item.pod.pod.metadata ?? {};
    const current = this.#needs.informers.informer(PODS).lister.get(`${namespace}/${name}`);
    if (current === undefined || current.metadata?.uid !== uid || current.spec?.nodeName) {
      this.#queue.done(item);
      return undefined;
    }
    this.#queue.requeue(item, plugins, { pod: current, error });
    return current;
  }
}
