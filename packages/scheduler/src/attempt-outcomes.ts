import { PODS, type Pod } from "@pinnace/api";
import type { Client, InformerFactory } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import { isRejection, type QueueItem, type SchedulingQueue, type Status } from "@pinnace/scheduler-framework";
import type { Attempt } from "./attempt.ts";
import { explanationPatch } from "./explain/annotation.ts";
import { annotate, type Failure, reportFailure, writeNomination } from "./failure-report.ts";
import type { Diagnosis } from "./fit-error.ts";
import type { Nominations } from "./nominations.ts";
import type { SchedulerMetrics } from "./scheduler-metrics.ts";
import type { SchedulingEvents } from "./scheduling-events.ts";

interface OutcomeComponents {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly events: SchedulingEvents;
  readonly metrics: SchedulerMetrics;
  readonly queue: SchedulingQueue;
  readonly nominations: Nominations;
  readonly signal: AbortSignal;
  /** Lets work go on by itself. */
  readonly track: (work: Promise<void>) => void;
}

/** Who rejected a pod: the queue asks them about events. */
interface Rejectors {
  readonly plugins: ReadonlySet<string>;
  /** Those of them that said `Pending`. */
  readonly pending: ReadonlySet<string>;
}

const NOBODY: Rejectors = { plugins: new Set(), pending: new Set() };

/** The plugins behind some verdicts. */
export function rejectorsOf(statuses: Iterable<Status>): Rejectors {
  const [plugins, pending] = [new Set<string>(), new Set<string>()];
  for (const status of statuses) {
    if (status.plugin === undefined || !isRejection(status)) continue;
    plugins.add(status.plugin);
    if (status.code === "Pending") pending.add(status.plugin);
  }
  return { plugins, pending };
}

/** Those who rejected nodes; nobody rejected a pod for which there is no node at all. */
export function rejectorsOfDiagnosis({ nodeCount, plugins, rejections }: Diagnosis): Rejectors | undefined {
  return nodeCount === 0 ? undefined : { plugins, pending: rejectorsOf(rejections.values()).pending };
}

/** What follows from an attempt: queue, condition, event, metrics, and what is remembered of it. */
export class AttemptOutcomes {
  readonly #needs: OutcomeComponents;

  constructor(components: OutcomeComponents) {
    this.#needs = components;
  }

  bound({ item, cycle, runtime, started, record }: Attempt, nodeName: string): void {
    const { client, clock, events, metrics, nominations, queue, track } = this.#needs;
    const { pod } = item.pod;
    const now = clock.now();
    nominations.delete(pod.metadata?.uid ?? "");
    queue.done(item);
    metrics.attempted(runtime.profile.schedulerName, "scheduled", (now - started) / 1_000);
    if (item.wasFlushed) metrics.scheduledAfterFlush();
    metrics.scheduled(item.attempts, (now - (item.added ?? item.timestamp)) / 1_000);
    const note = `Successfully assigned ${pod.metadata?.namespace}/${pod.metadata?.name} to ${nodeName}`;
    events.event(pod, { type: "Normal", reason: "Scheduled", action: "Binding", note });
    if (record !== undefined) {
      Object.assign(record, { outcome: "Scheduled", message: note, ended: now });
      const annotations = explanationPatch(pod, record);
      if (annotations !== undefined) track(annotate(client, pod, annotations));
    }
    runtime.profile.runPostBind(cycle, nodeName);
  }

  /** Back into the queue, with the condition and the event that say why. */
  async failed(attempt: Attempt, failure: Failure, rejectors: Rejectors = NOBODY): Promise<void> {
    const { client, clock, events, metrics, nominations, signal, track } = this.#needs;
    const { item, runtime, started, record } = attempt;
    const isRejected = failure.reason === "Unschedulable";
    const now = clock.now();
    metrics.attempted(runtime.profile.schedulerName, isRejected ? "unschedulable" : "error", (now - started) / 1_000);
    const { message, nominatedNode } = failure;
    const outcome = isRejected ? "Unschedulable" : "Error";
    if (record !== undefined) Object.assign(record, { outcome, message, nominatedNode, ended: now });
    const pod = this.#requeue(item, rejectors);
    if (signal.aborted) return;
    events.event(item.pod.pod, { type: "Warning", reason: "FailedScheduling", action: "Scheduling", note: message });
    if (pod === undefined) return;
    if (nominatedNode !== undefined) {
      const weaker = nominations.weaker(nominatedNode, item.pod);
      nominations.set(item.pod, nominatedNode);
      for (const other of weaker) track(writeNomination(client, other.pod, ""));
    }
    const annotations = record === undefined ? undefined : explanationPatch(pod, record);
    await reportFailure(client, clock, pod, annotations === undefined ? failure : { ...failure, annotations });
  }

  /**
   * With the pod as it is now: it may have changed, been placed by others, or gone meanwhile. Undefined when it needs no
   * other attempt.
   */
  #requeue(item: QueueItem, { plugins, pending }: Rejectors): Pod | undefined {
    const { informers, queue } = this.#needs;
    const { namespace = "", name = "", uid } = item.pod.pod.metadata ?? {};
    const current = informers.informer(PODS).lister.get(`${namespace}/${name}`);
    if (current === undefined || current.metadata?.uid !== uid || current.spec?.nodeName) {
      queue.done(item);
      return undefined;
    }
    queue.requeue(item, plugins, { pod: current, pending });
    return current;
  }
}
