import type { Container, Pod } from "@pinnace/api";
import type { PodSandboxConfig } from "@pinnace/cri";
import { messageOf } from "@pinnace/errors";
import type { PodVolumes } from "@pinnace/storage";
import { StartError } from "../containers/config-error.ts";
import { hostsFile } from "../containers/hostname.ts";
import { sandboxConfig } from "../containers/sandbox-config.ts";
import { killContainer } from "./container-killer.ts";
import { ContainerResizer } from "./container-resizer.ts";
import { durationText } from "./duration-text.ts";
import { computePodActions, type Kill, type PodActions } from "./pod-actions.ts";
import type { PodContext } from "./pod-context.ts";
import { isHostNetwork, podText, uidOf } from "./pod-facts.ts";
import { instancesOf, latestOf, type PodState, readPodState, runningContainers } from "./pod-state.ts";
import { restartCountOf } from "./runtime-labels.ts";
import { startContainer } from "./start-container.ts";
import { gracePeriodOf } from "./worker-facts.ts";

/** Milliseconds after which a container that could not be started is tried again when nothing says otherwise. */
const START_RETRY = 10_000;

interface SyncResult {
  readonly state: PodState;
  /** When to look again, milliseconds since the epoch. */
  readonly retryAt: number | undefined;
  /** All containers have finished for good. */
  readonly finished: boolean;
}

/** Brings one pod closer to its spec. */
export class PodSynchronizer {
  readonly #context: PodContext;
  readonly #reasons: Map<string, { readonly reason: string; readonly message: string }>;
  readonly #resizer: ContainerResizer;
  #retryAt: number | undefined;

  constructor(context: PodContext, reasons: Map<string, { readonly reason: string; readonly message: string }>) {
    this.#context = context;
    this.#resizer = new ContainerResizer(context.components.runtime, context.memoryCapacity);
    this.#reasons = reasons;
  }

  /** One synchronisation. `progress` is called with the state before anything slow is done. Rejects when it must be repeated. */
  async sync(pod: Pod, signal: AbortSignal, progress: (state: PodState) => Promise<void>): Promise<SyncResult> {
    const { components, options, probes } = this.#context;
    this.#retryAt = undefined;
    let state = await this.#read(pod);
    let actions = computePodActions(pod, state, probes);
    await this.#resizer.resize(pod, state);
    if (isNothing(actions)) {
      await this.#refreshVolumes(pod, signal);
      return { state, retryAt: undefined, finished: false };
    }
    if (options.reportProgress ?? true) await progress(state);
    const volumes = await this.#setUpVolumes(pod, signal);
    const cgroupParent = await components.cgroups.ensure(pod);
    const refused = new Set<string>();
    while (!isNothing(actions)) {
      signal.throwIfAborted();
      if (actions.killPod && actions.sandboxAttempt === undefined) return { state, retryAt: undefined, finished: true };
      const before = refused.size;
      await this.#act(pod, state, actions, { volumes, cgroupParent, signal, refused });
      state = await this.#read(pod);
      actions = without(computePodActions(pod, state, probes), refused);
      if (refused.size > before) await progress(state);
    }
    await this.#resizer.resize(pod, state);
    return { state, retryAt: this.#retryAt, finished: false };
  }

  async #read(pod: Pod): Promise<PodState> {
    const state = await readPodState(this.#context.components.runtime, uidOf(pod));
    for (const { id } of state.sandboxes) this.#context.owns(id, uidOf(pod));
    for (const { id } of state.containers) this.#context.owns(id, uidOf(pod));
    return state;
  }

  async #refreshVolumes(pod: Pod, signal: AbortSignal): Promise<void> {
    if ((pod.spec?.volumes ?? []).length > 0) await this.#setUpVolumes(pod, signal);
  }

  async #setUpVolumes(pod: Pod, signal: AbortSignal): Promise<PodVolumes> {
    const { components } = this.#context;
    try {
      await components.files.prepare(pod);
      return await components.volumes.setUp(pod, signal);
    } catch (error) {
      if (!signal.aborted) components.events.event(pod, "Warning", "FailedMount", messageOf(error));
      throw error;
    }
  }

  async #act(
    pod: Pod,
    state: PodState,
    actions: PodActions,
    tools: { volumes: PodVolumes; cgroupParent: string; signal: AbortSignal; refused: Set<string> },
  ): Promise<void> {
    if (actions.killPod) await this.#stopEverything(pod, state);
    await Promise.all(actions.kills.map((kill) => this.#kill(pod, state, kill)));
    const attempt = actions.sandboxAttempt ?? state.sandboxes[0]?.attempt ?? 0;
    const logDirectory = this.#context.components.files.logDirectory(pod);
    const { cgroupParent, volumes, signal, refused } = tools;
    const sandbox = sandboxConfig(pod, attempt, { dns: this.#context.dns, logDirectory, cgroupParent });
    const sandboxId =
      actions.sandboxAttempt === undefined ? (state.sandboxes[0]?.id ?? "") : await this.#runSandbox(pod, sandbox);
    if (actions.starts.length === 0) return;
    const ips = await this.#ipsOf(pod, sandboxId);
    const hosts = isHostNetwork(pod) ? undefined : hostsFile(pod, ips, this.#context.dns.clusterDomain);
    const hostsPath =
      hosts === undefined ? undefined : await this.#context.components.files.writeHosts(uidOf(pod), hosts);
    const withIPs = podWithIPs(pod, ips, this.#context.hostIPs);
    for (const container of actions.starts) {
      signal.throwIfAborted();
      const place = { sandboxId, sandbox, volumes, hostsPath, podIP: ips[0] ?? "", signal };
      const started = await this.#start(withIPs, container, state, place);
      if (!started) refused.add(container.name);
    }
  }

  async #runSandbox(pod: Pod, config: PodSandboxConfig): Promise<string> {
    const { components } = this.#context;
    try {
      const id = await components.runtime.runPodSandbox(config, pod.spec?.runtimeClassName ?? "");
      this.#context.owns(id, uidOf(pod));
      return id;
    } catch (error) {
      const message = `Failed to create pod sandbox: ${messageOf(error)}`;
      components.events.event(pod, "Warning", "FailedCreatePodSandBox", message);
      throw error;
    }
  }

  async #ipsOf(pod: Pod, sandboxId: string): Promise<readonly string[]> {
    if (isHostNetwork(pod)) return this.#context.hostIPs;
    return (await this.#context.components.runtime.podSandboxStatus(sandboxId)).ips;
  }

  async #stopEverything(pod: Pod, state: PodState): Promise<void> {
    const { runtime } = this.#context.components;
    const gracePeriod = gracePeriodOf(pod);
    await Promise.all(runningContainers(state).map(({ id }) => runtime.stopContainer(id, gracePeriod)));
    await Promise.all(state.sandboxes.map(({ id }) => runtime.stopPodSandbox(id)));
  }

  async #kill(pod: Pod, state: PodState, { container, id, message }: Kill): Promise<void> {
    const podIP = state.sandboxes[0]?.ips[0] ?? "";
    const failed = this.#context.probes.failed(id);
    const probe = failed === "startup" ? container.startupProbe : failed && container.livenessProbe;
    const gracePeriod = probe?.terminationGracePeriodSeconds ?? gracePeriodOf(pod);
    const tools = { ...this.#context.components, event: this.#context.event };
    await killContainer(tools, { pod, container, id, podIP, message, gracePeriod });
  }

  /** False when the container could not be started: the reason is noted and another try is due at `retryAt`. */
  async #start(
    pod: Pod,
    container: Container,
    state: PodState,
    place: Parameters<typeof startContainer>[4],
  ): Promise<boolean> {
    const { clock } = this.#context.components;
    const latest = latestOf(state, container.name);
    try {
      this.#waitForCrash(pod, container, state);
      const restartCount = latest ? restartCountOf(latest) + 1 : 0;
      await startContainer(this.#context, pod, container, restartCount, place);
      this.#reasons.delete(container.name);
      await this.#removeOld(state, container);
      return true;
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      this.#reasons.set(container.name, { reason: error.code, message: error.message });
      const retryAt = error.retryAt ?? clock.now() + START_RETRY;
      this.#retryAt = Math.min(this.#retryAt ?? retryAt, retryAt);
      return false;
    }
  }

  /** Throws CrashLoopBackOff while the container must wait after its last end. */
  #waitForCrash(pod: Pod, container: Container, state: PodState): void {
    const { crashes, components } = this.#context;
    const latest = latestOf(state, container.name);
    if (latest?.state !== "EXITED") return;
    const key = `${uidOf(pod)}_${container.name}`;
    const wait = crashes.remaining(key, latest.finishedAt);
    if (wait > 0) {
      const text = durationText(crashes.delay(key));
      const event = `Back-off restarting failed container ${container.name} in pod ${podText(pod)}`;
      this.#context.event(pod, container, "Warning", "BackOff", event);
      const message = `back-off ${text} restarting failed container=${container.name} pod=${podText(pod)}`;
      throw new StartError("CrashLoopBackOff", message, { retryAt: components.clock.now() + wait });
    }
    crashes.next(key, latest.finishedAt);
  }

  /** Keeps the instance that ended last, for `lastState` and `logs --previous`. */
  async #removeOld(state: PodState, container: Container): Promise<void> {
    const { runtime } = this.#context.components;
    const old = instancesOf(state, container.name).slice(1);
    await Promise.all(old.filter((one) => one.state === "EXITED").map(({ id }) => runtime.removeContainer(id)));
  }
}

function isNothing(actions: PodActions): boolean {
  return !actions.killPod && actions.sandboxAttempt === undefined && actions.kills.length + actions.starts.length === 0;
}

/** What is left to do besides what was refused in this synchronisation. */
function without(actions: PodActions, refused: ReadonlySet<string>): PodActions {
  return { ...actions, starts: actions.starts.filter(({ name }) => !refused.has(name)) };
}

/** The pod with the addresses that its containers may ask for through the downward API. */
function podWithIPs(pod: Pod, ips: readonly string[], hostIPs: readonly string[]): Pod {
  const status = {
    ...pod.status,
    ...(ips.length === 0 ? {} : { podIP: ips[0] as string, podIPs: ips.map((ip) => ({ ip })) }),
    ...(hostIPs.length === 0 ? {} : { hostIP: hostIPs[0] as string, hostIPs: hostIPs.map((ip) => ({ ip })) }),
  };
  return { ...pod, status };
}
