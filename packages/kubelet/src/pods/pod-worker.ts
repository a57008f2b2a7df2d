import type { Pod } from "@pinnace/api";
import type { Timer } from "@pinnace/clock";
import { isCodedError, messageOf } from "@pinnace/errors";
import { podStatus } from "../status/pod-status.ts";
import { BackOff } from "./back-off.ts";
import type { Verdict } from "./pod-admission.ts";
import type { PodContext } from "./pod-context.ts";
import { allContainers, initContainers, isSidecar, isTerminal, uidOf } from "./pod-facts.ts";
import { type PodState, readPodState, runningContainers } from "./pod-state.ts";
import { PodSynchronizer } from "./pod-synchronizer.ts";
import { PodTerminator } from "./pod-terminator.ts";
import { CONTAINER_NAME_LABEL } from "./runtime-labels.ts";
import { TerminationMessages } from "./termination-messages.ts";
import { asksForWork, deadlineOf, gracePeriodOf, withOwnStatus } from "./worker-facts.ts";

/** `syncing`: containers are kept running. `terminating`: they are being stopped. `terminated`: nothing runs any more. */
type WorkerPhase = "syncing" | "terminating" | "terminated" | "gone";

/**
 * Looks after one pod: one step at a time, as often as something changes. The pod object, runtime events, probes and
 * timers only say "look again"; each step compares the pod with what the runtime has.
 */
export class PodWorker {
  readonly reasons: Map<string, { readonly reason: string; readonly message: string }> = new Map();
  phase: WorkerPhase = "syncing";
  readonly #context: PodContext;
  readonly #synchronizer: PodSynchronizer;
  readonly #terminator: PodTerminator;
  readonly #messages: TerminationMessages;
  readonly #errors: BackOff;
  #pod: Pod;
  #verdict: Verdict | undefined;
  /** The API object is gone (or another pod has taken its name). */
  #removed = false;
  #stopped = false;
  #dirty = false;
  #running: Promise<void> | undefined;
  #timer: { readonly at: number; readonly timer: Timer } | undefined;
  #abort = new AbortController();

  constructor(context: PodContext, pod: Pod, verdict?: Verdict) {
    this.#context = context;
    this.#pod = pod;
    this.#verdict = verdict;
    this.#synchronizer = new PodSynchronizer(context, this.reasons);
    this.#terminator = new PodTerminator(context);
    this.#messages = new TerminationMessages(context.components);
    this.#errors = new BackOff({ initial: 500, max: 30_000, now: () => context.components.clock.now() });
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** The pod with the newest status, written or not. */
  get current(): Pod {
    return withOwnStatus(this.#pod, this.#context.statuses.get(uidOf(this.#pod)));
  }

  /** A newer object of the same pod. */
  update(pod: Pod): void {
    const old = this.#pod;
    this.#pod = pod;
    if (this.#shouldEnd() && this.phase === "syncing") this.#abort.abort();
    if (this.phase === "terminating" && gracePeriodOf(pod) < gracePeriodOf(old))
      void this.#terminator.hurry(pod).catch((error: unknown) => this.#log("could not stop containers sooner", error));
    if (asksForWork(old, pod)) this.wake();
  }

  /** The object is gone from the API: whatever runs is stopped. */
  remove(): void {
    this.#removed = true;
    this.#abort.abort();
    this.wake();
  }

  /** Ends the pod: it becomes Failed with this reason. The first verdict stays. */
  fail(verdict: Verdict): void {
    this.#verdict ??= verdict;
    this.#abort.abort();
    this.wake();
  }

  /** Looks at the pod again, soon. */
  wake(): void {
    this.#dirty = true;
    if (this.#running || this.#stopped) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Stops looking; containers go on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#abort.abort();
    this.#timer?.timer.cancel();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#dirty && !this.#stopped && this.phase !== "gone") {
      this.#dirty = false;
      try {
        await this.#step();
        this.#errors.forget("");
      } catch (error) {
        if (this.#stopped) return;
        this.#retry(error);
      }
    }
  }

  #retry(error: unknown): void {
    const { clock } = this.#context.components;
    if (this.#abort.signal.aborted && this.phase === "syncing") {
      this.#dirty = true;
      return;
    }
    this.#errors.next("", clock.now());
    this.#log("could not synchronise a pod", error);
    this.#wakeAt(clock.now() + this.#errors.delay(""));
  }

  #log(message: string, error: unknown): void {
    const { name, namespace } = this.#pod.metadata ?? {};
    const fields = { pod: `${namespace}/${name}`, error: isCodedError(error) ? messageOf(error) : error };
    this.#context.components.logger.warn(message, fields);
  }

  #shouldEnd(): boolean {
    const deleted = this.#pod.metadata?.deletionTimestamp !== undefined;
    return this.#removed || deleted || this.#verdict !== undefined || isTerminal(this.#pod);
  }

  async #step(): Promise<void> {
    if (this.phase === "syncing" && this.#shouldEnd()) this.phase = "terminating";
    if (this.phase === "syncing") await this.#sync();
    else if (this.phase === "terminating") await this.#terminate();
    else if (this.phase === "terminated") await this.#finish();
  }

  async #sync(): Promise<void> {
    this.#abort = new AbortController();
    const { clock } = this.#context.components;
    const pod = this.current;
    const deadline = deadlineOf(pod);
    if (deadline !== undefined && deadline <= clock.now()) {
      const message = "Pod was active on the node longer than the specified deadline";
      this.#context.components.events.event(pod, "Normal", "DeadlineExceeded", message);
      return this.fail({ reason: "DeadlineExceeded", message });
    }
    const result = await this.#synchronizer.sync(pod, this.#abort.signal, (state) => this.#report(state, false));
    await this.#report(result.state, false);
    const wakeAt = Math.min(result.retryAt ?? Number.POSITIVE_INFINITY, deadline ?? Number.POSITIVE_INFINITY);
    if (Number.isFinite(wakeAt)) this.#wakeAt(wakeAt);
    if (isTerminal(this.current) || result.finished) {
      this.phase = "terminating";
      this.#dirty = true;
    }
  }

  async #terminate(): Promise<void> {
    const { components, statuses } = this.#context;
    const pod = this.current;
    const before = await readPodState(components.runtime, uidOf(pod));
    await this.#report(before, false);
    await this.#terminator.stopContainers(pod, before);
    const after = await readPodState(components.runtime, uidOf(pod));
    await this.#report(after, true);
    await this.#terminator.releaseResources(pod);
    await statuses.written(uidOf(pod));
    this.#context.probes.forgetPod(uidOf(pod));
    this.phase = "terminated";
    this.#dirty = true;
  }

  /** Once the API wants the object gone: it is deleted for good and nothing is left on the node. */
  async #finish(): Promise<void> {
    const deleted = this.#pod.metadata?.deletionTimestamp !== undefined;
    if (!this.#removed && !deleted) return;
    const uid = uidOf(this.#pod);
    await this.#context.statuses.written(uid);
    if (!this.#removed) await this.#terminator.deleteObject(this.#pod);
    await this.#terminator.removeRemains(this.#pod);
    this.#timer?.timer.cancel();
    this.phase = "gone";
    this.#context.gone(this.#pod);
  }

  /** Computes the status and hands it to the status manager; `terminal` when everything has stopped for good. */
  async #report(state: PodState, terminal: boolean): Promise<void> {
    const { components, statuses, probes, hostIPs } = this.#context;
    if (this.#removed || isTerminal(this.#pod)) return;
    this.#watchProbes(state);
    const messages = await this.#messages.read(uidOf(this.#pod), state);
    const known = {
      runtimeName: this.#context.runtimeName,
      reason: (name: string) => this.reasons.get(name),
      started: (id: string) => probes.started(id),
      ready: (id: string) => probes.ready(id),
      terminationMessage: (id: string) => messages.get(id),
    };
    const now = components.clock.now();
    const verdict = this.#verdict;
    const status = podStatus(this.current, state, { known, now, hostIPs, terminal, verdict });
    statuses.set(this.#pod, status);
  }

  #watchProbes(state: PodState): void {
    const pod = this.#pod;
    const containers = new Map(allContainers(pod).map((container) => [container.name, container]));
    const plainInits = new Set(initContainers(pod).filter((container) => !isSidecar(container)));
    const running = runningContainers(state).flatMap(({ id, labels, startedAt }) => {
      const container = containers.get(labels[CONTAINER_NAME_LABEL] ?? "");
      return container && !plainInits.has(container) ? [{ container, id, startedAt }] : [];
    });
    const podIP = state.sandboxes.find(({ ips }) => ips.length > 0)?.ips[0] ?? this.#context.hostIPs[0] ?? "";
    this.#context.probes.sync(pod, podIP, running, this.phase !== "syncing");
  }

  #wakeAt(instant: number): void {
    const { clock } = this.#context.components;
    if (this.#stopped || (this.#timer && this.#timer.at <= instant && this.#timer.at > clock.now())) return;
    this.#timer?.timer.cancel();
    const timer = clock.setTimeout(() => this.wake(), Math.max(0, instant - clock.now()));
    this.#timer = { at: instant, timer };
  }
}
