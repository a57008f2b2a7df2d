import type { Clock } from "@pinnace/clock";
import type {
  ContainerConfig,
  ContainerRuntime,
  ContainerStats,
  ExecResult,
  LinuxResources,
  LogLine,
  PodSandboxConfig,
  RuntimeEvent,
  StreamEndpoint,
} from "@pinnace/cri";
import { CodedError } from "@pinnace/errors";
import { type Observable, Subject } from "rxjs";
import { randomId } from "./identifiers.ts";
import { SimulatedImages } from "./images.ts";
import { IpPool } from "./ip-pool.ts";
import { simulatedLog } from "./log.ts";
import { courseOf } from "./plain-command.ts";
import { respond } from "./port-forward.ts";
import { runTime, scriptNumber, scriptValue } from "./script.ts";
import { runCommand } from "./shell/run-command.ts";
import { execSession } from "./shell/session.ts";
import {
  containerOf,
  containerStatus,
  type SimulatedContainer,
  type SimulatedSandbox,
  sandboxStatus,
} from "./simulated-container.ts";
import { usageOf } from "./usage.ts";

export interface SimulatedRuntimeComponents {
  readonly clock: Clock;
  /** Uniform in [0, 1); ids and delays come from it. */
  readonly random: () => number;
  /** The files of a volume by host path, for commands that read them. Default: none. */
  readonly files?: (hostPath: string) => Promise<ReadonlyMap<string, Uint8Array>>;
  /** Whether a pod is owned by a Job, so that its containers complete at once. Default: none is. */
  readonly ofJob?: (namespace: string, name: string) => boolean;
}

export interface SimulatedRuntimeOptions {
  /** Where pod addresses come from: `10.244.1.0/24`. */
  readonly podCIDR: string;
  /** Milliseconds that a pull, a sandbox and a start take, default 0 (at once). Each is varied by `jitter`. */
  readonly delays?: { readonly pull?: number; readonly sandbox?: number; readonly start?: number };
  /** Part by which a delay varies to both sides, default 0.2. */
  readonly jitter?: number;
}

/**
 * A container runtime in memory. Containers do what the annotations of their pod say (`script.ts`), and nothing at all
 * while they run: a thousand idle containers hold no timer.
 */
export function createSimulatedRuntime(
  components: SimulatedRuntimeComponents,
  options: SimulatedRuntimeOptions,
): ContainerRuntime {
  return new SimulatedRuntime(components, options);
}

class SimulatedRuntime implements ContainerRuntime {
  readonly #components: SimulatedRuntimeComponents;
  readonly #options: SimulatedRuntimeOptions;
  readonly #pool: IpPool;
  readonly #images = new SimulatedImages();
  readonly #sandboxes = new Map<string, SimulatedSandbox>();
  readonly #containers = new Map<string, SimulatedContainer>();
  readonly #byPod = new Map<string, Set<SimulatedSandbox>>();
  readonly #events = new Subject<RuntimeEvent>();

  constructor(components: SimulatedRuntimeComponents, options: SimulatedRuntimeOptions) {
    this.#components = components;
    this.#options = options;
    this.#pool = new IpPool(options.podCIDR);
  }

  async version(): ReturnType<ContainerRuntime["version"]> {
    return { runtimeName: "simulation", runtimeVersion: "0.1.0", runtimeApiVersion: "v1" };
  }

  async status(): ReturnType<ContainerRuntime["status"]> {
    return { runtimeReady: true, networkReady: true, message: "" };
  }

  async runPodSandbox(config: PodSandboxConfig): Promise<string> {
    const error = scriptValue(config.annotations, "sandbox-error", "");
    if (error !== undefined) throw new CodedError("UNKNOWN", error);
    await this.#delay(this.#options.delays?.sandbox ?? 0);
    const sandbox: SimulatedSandbox = {
      id: randomId(this.#components.random),
      config,
      createdAt: this.#components.clock.now(),
      ips: config.hostNetwork ? [] : [this.#pool.take()],
      state: "READY",
      containers: new Map(),
    };
    this.#sandboxes.set(sandbox.id, sandbox);
    const ofPod = this.#byPod.get(config.uid) ?? new Set();
    this.#byPod.set(config.uid, ofPod.add(sandbox));
    return sandbox.id;
  }

  async stopPodSandbox(id: string): Promise<void> {
    const sandbox = this.#sandboxes.get(id);
    if (!sandbox || sandbox.state === "NOTREADY") return;
    sandbox.state = "NOTREADY";
    for (const container of sandbox.containers.values()) this.#end(container, 137, "Error");
    for (const ip of sandbox.ips) this.#pool.free(ip);
  }

  async removePodSandbox(id: string): Promise<void> {
    const sandbox = this.#sandboxes.get(id);
    if (!sandbox) return;
    await this.stopPodSandbox(id);
    for (const container of sandbox.containers.keys()) await this.removeContainer(container);
    this.#sandboxes.delete(id);
    const ofPod = this.#byPod.get(sandbox.config.uid);
    ofPod?.delete(sandbox);
    if (ofPod?.size === 0) this.#byPod.delete(sandbox.config.uid);
  }

  async podSandboxStatus(id: string): ReturnType<ContainerRuntime["podSandboxStatus"]> {
    return sandboxStatus(this.#sandbox(id));
  }

  async listPodSandboxes(filter: { podUid?: string } = {}): ReturnType<ContainerRuntime["listPodSandboxes"]> {
    return [...this.#select(filter.podUid)].map(sandboxStatus);
  }

  async createContainer(podSandboxId: string, config: ContainerConfig): Promise<string> {
    const sandbox = this.#sandbox(podSandboxId);
    const image = this.#images.get(config.image);
    if (!image) throw new CodedError("NOT_FOUND", `no such image: ${config.image}`);
    const container: SimulatedContainer = {
      id: randomId(this.#components.random),
      sandbox,
      config,
      image: image.repoTags[0] ?? config.image,
      imageRef: image.repoDigests[0] ?? image.id,
      createdAt: this.#components.clock.now(),
      state: "CREATED",
      resources: config.resources,
      startedAt: 0,
      finishedAt: 0,
      exitCode: 0,
      reason: "",
      timer: undefined,
      ended: Promise.withResolvers(),
    };
    this.#containers.set(container.id, container);
    sandbox.containers.set(container.id, container);
    return container.id;
  }

  async startContainer(id: string): Promise<void> {
    const container = this.#container(id);
    const { annotations, namespace, name: podName } = container.sandbox.config;
    const { name } = container.config;
    const error = scriptValue(annotations, "start-error", name);
    if (error !== undefined) throw new CodedError("UNKNOWN", error);
    const seconds = scriptNumber(annotations, "start-seconds", name);
    await this.#delay(seconds === undefined ? (this.#options.delays?.start ?? 0) : seconds * 1000);
    container.state = "RUNNING";
    container.startedAt = this.#components.clock.now();
    this.#events.next({ type: "started", containerId: id });
    const { command, args } = container.config;
    const course = courseOf(container.image, [...command, ...args]);
    const time = runTime(annotations, this.#components.ofJob?.(namespace, podName) ?? false, name, course);
    if (time === undefined) return;
    const exitCode = scriptNumber(annotations, "exit-code", name) ?? course?.exitCode ?? 0;
    const end = (): void => this.#end(container, exitCode, scriptValue(annotations, "reason", name) ?? "");
    if (time <= 0) end();
    else container.timer = this.#components.clock.setTimeout(end, time);
  }

  async stopContainer(id: string, timeout: number): Promise<void> {
    const container = this.#containers.get(id);
    if (container?.state !== "RUNNING") return;
    const { annotations } = container.sandbox.config;
    const wanted = scriptNumber(annotations, "stop-seconds", container.config.name) ?? 0;
    const killed = wanted > timeout;
    const seconds = Math.min(wanted, timeout);
    const end = (): void => this.#end(container, killed ? 137 : 0, "");
    if (seconds <= 0) return end();
    container.timer?.cancel();
    container.timer = this.#components.clock.setTimeout(end, seconds * 1000);
    await container.ended.promise;
  }

  async removeContainer(id: string): Promise<void> {
    const container = this.#containers.get(id);
    if (!container) return;
    this.#end(container, 137, "Error");
    this.#containers.delete(id);
    container.sandbox.containers.delete(id);
  }

  async containerStatus(id: string): ReturnType<ContainerRuntime["containerStatus"]> {
    return containerStatus(this.#container(id));
  }

  async listContainers(
    filter: { podSandboxId?: string; podUid?: string } = {},
  ): ReturnType<ContainerRuntime["listContainers"]> {
    const sandboxes = [...this.#select(filter.podUid)].filter(
      ({ id }) => filter.podSandboxId === undefined || id === filter.podSandboxId,
    );
    return sandboxes.flatMap(({ containers }) => [...containers.values()].map(containerOf));
  }

  async updateContainerResources(id: string, resources: LinuxResources): Promise<void> {
    this.#container(id).resources = resources;
  }

  async reopenContainerLog(id: string): Promise<void> {
    this.#container(id);
  }

  async execSync(id: string, command: readonly string[]): Promise<ExecResult> {
    const { exitCode, stdout, stderr } = await runCommand(this.#running(id), command, "", this.#components);
    const encoder = new TextEncoder();
    return { exitCode, stdout: encoder.encode(stdout), stderr: encoder.encode(stderr) };
  }

  async exec(request: Parameters<ContainerRuntime["exec"]>[0]): Promise<StreamEndpoint> {
    const container = this.#running(request.containerId);
    return { session: (io) => execSession(container, request, io, this.#components) };
  }

  async attach(request: Parameters<ContainerRuntime["attach"]>[0]): Promise<StreamEndpoint> {
    const container = this.#running(request.containerId);
    return {
      session: async (io) => {
        const encoder = new TextEncoder();
        const log = simulatedLog(container, { follow: true, signal: io.signal }, this.#components.clock, true);
        for await (const line of log) io.stdout(encoder.encode(`${line.text}\n`));
        return { exitCode: container.exitCode };
      },
    };
  }

  async portForward(podSandboxId: string, ports: readonly number[]): Promise<StreamEndpoint> {
    const sandbox = this.#sandbox(podSandboxId);
    return { session: (io) => respond(sandbox, ports[0] ?? 0, io) };
  }

  async imageStatus(image: string): ReturnType<ContainerRuntime["imageStatus"]> {
    return this.#images.get(image);
  }

  async pullImage(image: string): Promise<string> {
    if (!this.#images.get(image)) await this.#delay(this.#options.delays?.pull ?? 0);
    return this.#images.pull(image);
  }

  async listImages(): ReturnType<ContainerRuntime["listImages"]> {
    return this.#images.list();
  }

  async removeImage(image: string): Promise<void> {
    this.#images.remove(image);
  }

  async containerStats(id: string): Promise<ContainerStats> {
    return usageOf(this.#container(id), this.#components.clock.now());
  }

  async listContainerStats(): Promise<readonly ContainerStats[]> {
    const now = this.#components.clock.now();
    const running = [...this.#containers.values()].filter(({ state }) => state === "RUNNING");
    return running.map((container) => usageOf(container, now));
  }

  logs(id: string, options: { readonly follow: boolean; readonly signal: AbortSignal }): AsyncIterable<LogLine> {
    return simulatedLog(this.#container(id), options, this.#components.clock);
  }

  events(): Observable<RuntimeEvent> {
    return this.#events;
  }

  async close(): Promise<void> {
    for (const { timer } of this.#containers.values()) timer?.cancel();
  }

  #end(container: SimulatedContainer, exitCode: number, reason: string): void {
    if (container.state === "EXITED") return;
    container.timer?.cancel();
    container.timer = undefined;
    container.state = "EXITED";
    container.exitCode = exitCode;
    container.reason = reason || (exitCode === 0 ? "Completed" : "Error");
    container.finishedAt = this.#components.clock.now();
    container.ended.resolve();
    this.#events.next({ type: reason === "OOMKilled" ? "oom" : "exited", containerId: container.id });
  }

  #select(podUid: string | undefined): Iterable<SimulatedSandbox> {
    return podUid === undefined ? this.#sandboxes.values() : (this.#byPod.get(podUid) ?? []);
  }

  #sandbox(id: string): SimulatedSandbox {
    const sandbox = this.#sandboxes.get(id);
    if (!sandbox) throw new CodedError("NOT_FOUND", `an error occurred when try to find sandbox "${id}": not found`);
    return sandbox;
  }

  #container(id: string): SimulatedContainer {
    const container = this.#containers.get(id);
    if (!container)
      throw new CodedError("NOT_FOUND", `an error occurred when try to find container "${id}": not found`);
    return container;
  }

  #running(id: string): SimulatedContainer {
    const container = this.#container(id);
    if (container.state !== "RUNNING")
      throw new CodedError("UNKNOWN", `container is in CONTAINER_${container.state} state`);
    return container;
  }

  async #delay(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) return;
    const jitter = this.#options.jitter ?? 0.2;
    const factor = 1 + (this.#components.random() * 2 - 1) * jitter;
    await this.#components.clock.sleep(milliseconds * factor);
  }
}
