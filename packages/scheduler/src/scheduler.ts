import { NODES, type Node, PODS, type Pod } from "@pinnace/api";
import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { CacheEvent, Client, InformerFactory } from "@pinnace/client";
import type { Clock, Timer } from "@pinnace/clock";
import type { EventRecorder } from "@pinnace/controller-runtime";
import { CodedError, messageOf } from "@pinnace/errors";
import { type Logger, silentLogger } from "@pinnace/logging";
import type { MetricRegistry } from "@pinnace/metrics";
import type { PluginRegistry } from "@pinnace/plugin";
import {
  ClusterCache,
  type ClusterEvent,
  type Cycle,
  createCycleState,
  type EventResource,
  isRejection,
  type Profile,
  type QueueItem,
  SchedulingQueue,
  type Status,
  WaitingPodRegistry,
} from "@pinnace/scheduler-framework";
import type { Subscription } from "rxjs";
import { createClusterReader, createClusterWriter } from "./cluster-access.ts";
import { DEFAULT_SCHEDULER_CONFIG, type SchedulerConfig } from "./config.ts";
import { type Failure, reportFailure } from "./failure-report.ts";
import { type FindNodeResult, findNode } from "./find-node.ts";
import { fitErrorMessage } from "./fit-error.ts";
import { nodeEvents, podEvents } from "./node-events.ts";
import { Nominations } from "./nominations.ts";
import { createProfile } from "./profiles.ts";
import { SchedulerMetrics } from "./scheduler-metrics.ts";
import { WATCHED_KINDS } from "./watched-kinds.ts";
import { WhatIf } from "./what-if.ts";

/** The DI token of the {@link Scheduler}. */
export const SCHEDULER: unique symbol = Symbol.for("pinnace.scheduler") as never;

export interface SchedulerDependencies {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly events: EventRecorder;
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
  #subscriptions: Subscription[] = [];
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
  }

  get pending(): Scheduler["pending"] {
    return this.#queue.counts;
  }

  async start(): Promise<void> {
    const { informers } = this.#needs;
    const { signal } = this.#stopping;
    const [nodes, pods] = [informers.informer(NODES), informers.informer(PODS)];
    const others = WATCHED_KINDS.map(({ type }) => informers.informer(type as ResourceType<KubernetesObject>));
    await Promise.all([nodes, pods, ...others].map((informer) => informer.whenSynced(signal)));
    this.#queue.start();
    this.#subscriptions.push(nodes.events.subscribe((event) => this.#onNode(event)));
    this.#subscriptions.push(pods.events.subscribe((event) => this.#onPod(event)));
    for (const [index, informer] of others.entries()) {
      const { resource } = WATCHED_KINDS[index]!;
      this.#subscriptions.push(informer.events.subscribe((event) => this.#onOther(resource, event)));
    }
    this.#started = true;
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new CodedError("STOPPED", "the scheduler was stopped"));
    this.#turn?.cancel();
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#subscriptions = [];
    this.#queue.stop();
    for (const { pod } of this.#waiting.list())
      this.#waiting.reject(pod.metadata?.uid ?? "", "the scheduler was stopped");
    await Promise.all(this.#bindings);
  }

  #addProfile(config: SchedulerConfig["profiles"][number]): void {
    const { client, clock, informers, plugins, random } = this.#needs;
    const whatIf = new WhatIf(
      () => this.#profiles.get(config.schedulerName)!.profile,
      this.#nominations,
      () => this.#cache.snapshot(),
    );
    const profile = createProfile(config, plugins, {
      reader: createClusterReader(informers),
      writer: createClusterWriter(client, clock),
      waitingPods: this.#waiting,
      filters: whatIf,
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

  #onNode(event: CacheEvent<Node>): void {
    const name = event.object.metadata?.name ?? "";
    if (event.type === "delete") this.#cache.removeNode(name);
    else this.#cache.setNode(event.object);
    if (event.type === "update") {
      for (const each of nodeEvents(event.old, event.object)) this.#queue.onEvent(each, event.old, event.object);
      return;
    }
    const action = event.type === "add" ? "Add" : "Delete";
    this.#emit({ resource: "Node", action }, event);
  }

  #onPod(event: CacheEvent<Pod>): void {
    const pod = event.object;
    const uid = pod.metadata?.uid ?? "";
    const finished = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
    if (event.type === "delete" || finished) {
      this.#forgetPod(pod, event);
      return;
    }
    if (pod.spec?.nodeName) this.#onAssigned(pod, event);
    else if (this.#runtimeOf(pod) !== undefined && pod.metadata?.deletionTimestamp === undefined) {
      this.#onUnassigned(pod, event);
    } else this.#queue.delete(uid);
  }

  #forgetPod(pod: Pod, event: CacheEvent<Pod>): void {
    const uid = pod.metadata?.uid ?? "";
    this.#nominations.delete(uid);
    this.#waiting.reject(uid, "pod deleted");
    this.#queue.delete(uid);
    const counted = this.#cache.hasPod(uid);
    this.#cache.removePod(uid);
    if (counted || pod.spec?.nodeName) this.#emit({ resource: "AssignedPod", action: "Delete" }, event);
  }

  #onAssigned(pod: Pod, event: CacheEvent<Pod>): void {
    const uid = pod.metadata?.uid ?? "";
    const wasCounted = this.#cache.hasPod(uid) && !this.#cache.isAssumed(uid);
    this.#nominations.delete(uid);
    this.#queue.delete(uid);
    this.#cache.setPod(pod);
    if (!wasCounted) this.#queue.onEvent({ resource: "AssignedPod", action: "Add" }, undefined, pod);
    else if (event.old !== undefined) {
      for (const each of podEvents(event.old, pod, "AssignedPod")) this.#queue.onEvent(each, event.old, pod);
    }
  }

  #onUnassigned(pod: Pod, event: CacheEvent<Pod>): void {
    if (this.#cache.isAssumed(pod.metadata?.uid ?? "")) return; // its binding is under way
    if (event.type === "update") this.#queue.update(pod, event.old, podEvents(event.old, pod, "UnscheduledPod"));
    else this.#queue.add(pod);
  }

  #onOther(resource: EventResource, event: CacheEvent<KubernetesObject>): void {
    const action = event.type === "add" ? "Add" : event.type === "delete" ? "Delete" : "Update";
    this.#emit({ resource, action }, event);
  }

  #emit(cluster: ClusterEvent, event: CacheEvent<KubernetesObject>): void {
    const before = event.type === "add" ? undefined : event.old;
    this.#queue.onEvent(cluster, before, event.type === "delete" ? undefined : event.object);
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
    const { clock, events } = this.#needs;
    const { pod } = item.pod;
    const status = await this.#bindingSteps(cycle, profile, pod, nodeName);
    if (status.code === "Success") {
      this.#nominations.delete(pod.metadata?.uid ?? "");
      this.#queue.done(item);
      this.#metrics.attempted(profile.schedulerName, "scheduled", (clock.now() - started) / 1_000);
      this.#metrics.scheduled(item.attempts);
      const key = `${pod.metadata?.namespace}/${pod.metadata?.name}`;
      events.event(pod, "Normal", "Scheduled", `Successfully assigned ${key} to ${nodeName}`);
      profile.runPostBind(cycle, nodeName);
      return;
    }
    await profile.runUnreserve(cycle, nodeName);
    this.#cache.forget(pod.metadata?.uid ?? "");
    this.#queue.onEvent({ resource: "AssignedPod", action: "Delete" }, pod, undefined);
    const rejected = isRejection(status);
    const plugins = new Set(rejected && status.plugin !== undefined ? [status.plugin] : []);
    const reason = rejected ? "Unschedulable" : "SchedulerError";
    await this.#giveBack(item, profile, plugins, { reason, message: status.reasons.join(", ") }, started);
  }

  async #bindingSteps(cycle: Cycle, profile: Profile, pod: Pod, nodeName: string): Promise<Status> {
    if (profile.points.reserve.length > 0) {
      const reserved = await profile.runReserve(cycle, nodeName);
      if (reserved.code !== "Success") return reserved;
    }
    const { status: permitted, timeouts } = profile.runPermit(cycle, nodeName);
    if (permitted.code === "Wait") {
      const waited = await this.#waiting.wait(pod, nodeName, timeouts);
      if (waited.code !== "Success") return waited;
    } else if (permitted.code !== "Success") return permitted;
    if (profile.points.preBind.length > 0) {
      const prepared = await profile.runPreBind(cycle, nodeName);
      if (prepared.code !== "Success") return prepared;
    }
    return profile.runBind(cycle, nodeName);
  }

  async #fail(
    item: QueueItem,
    cycle: Cycle,
    runtime: Runtime,
    result: Exclude<FindNodeResult, { type: "found" }>,
    started: number,
  ): Promise<void> {
    const { profile } = runtime;
    if (result.type === "error") {
      const message = result.status.reasons.join(", ");
      await this.#giveBack(item, profile, new Set(), { reason: "SchedulerError", message }, started);
      return;
    }
    const { diagnosis } = result;
    runtime.whatIf.register(cycle, { preFilter: result.preFilter });
    const post = await this.#runPostFilter(cycle, profile, diagnosis.rejections);
    const message = fitErrorMessage({ ...diagnosis, postFilterMessage: post.message });
    const nominated = post.nominatedNode === undefined ? {} : { nominatedNode: post.nominatedNode };
    await this.#giveBack(item, profile, diagnosis.plugins, { reason: "Unschedulable", message, ...nominated }, started);
  }

  async #runPostFilter(
    cycle: Cycle,
    profile: Profile,
    rejections: ReadonlyMap<string, Status>,
  ): Promise<{ readonly message: string; readonly nominatedNode?: string }> {
    const messages: string[] = [];
    for (const { name, plugin } of profile.points.postFilter) {
      try {
        const { status, nominatedNode } = await plugin.postFilter!(cycle, rejections);
        if (status.code === "Success") {
          this.#metrics.preempted();
          return { message: "", ...(nominatedNode === undefined ? {} : { nominatedNode }) };
        }
        messages.push(...status.reasons);
        if (!isRejection(status) || nominatedNode !== undefined) {
          return { message: messages.join(", "), ...(nominatedNode === undefined ? {} : { nominatedNode }) };
        }
      } catch (error) {
        this.#logger.error("a PostFilter plugin failed", { plugin: name, error });
        messages.push(messageOf(error));
      }
    }
    return { message: messages.join(", ") };
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
    const { pod } = item.pod;
    const result = failure.reason === "Unschedulable" ? "unschedulable" : "error";
    this.#metrics.attempted(profile.schedulerName, result, (clock.now() - started) / 1_000);
    if (failure.nominatedNode !== undefined) this.#nominations.set(item.pod, failure.nominatedNode);
    this.#requeue(item, plugins);
    if (this.#stopping.signal.aborted) return;
    events.event(pod, "Warning", "FailedScheduling", failure.message);
    await reportFailure(client, clock, pod, failure);
  }

  /** With the pod as it is now: it may have changed, been placed by others, or gone meanwhile. */
  #requeue(item: QueueItem, plugins: ReadonlySet<string>): void {
    const { namespace = "", name = "", uid } = item.pod.pod.metadata ?? {};
    const current = this.#needs.informers.informer(PODS).lister.get(`${namespace}/${name}`);
    if (current === undefined || current.metadata?.uid !== uid || current.spec?.nodeName) this.#queue.done(item);
    else this.#queue.requeue(item, plugins);
  }
}
