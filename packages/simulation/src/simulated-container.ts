import type { Timer } from "@pinnace/clock";
import type {
  Container,
  ContainerConfig,
  ContainerStatus,
  LinuxResources,
  PodSandboxConfig,
  PodSandboxStatus,
} from "@pinnace/cri";

/** A sandbox kept in memory. */
export interface SimulatedSandbox {
  readonly id: string;
  readonly config: PodSandboxConfig;
  readonly createdAt: number;
  readonly ips: readonly string[];
  state: "READY" | "NOTREADY";
  readonly containers: Map<string, SimulatedContainer>;
}

/** A container kept in memory: its configuration and what has happened to it. */
export interface SimulatedContainer {
  readonly id: string;
  readonly sandbox: SimulatedSandbox;
  readonly config: ContainerConfig;
  /** The tag that was asked for, and what it stands for. */
  readonly image: string;
  readonly imageRef: string;
  readonly createdAt: number;
  state: "CREATED" | "RUNNING" | "EXITED";
  /** Those of the configuration until it is resized. */
  resources: LinuxResources;
  startedAt: number;
  finishedAt: number;
  exitCode: number;
  reason: string;
  /** Ends it by itself. */
  timer: Timer | undefined;
  /** Resolved when it has ended. */
  readonly ended: PromiseWithResolvers<void>;
}

export function sandboxStatus({ id, config, createdAt, ips, state }: SimulatedSandbox): PodSandboxStatus {
  const { name, namespace, uid, attempt, labels, annotations } = config;
  return { id, name, namespace, uid, attempt, state, createdAt, labels, annotations, ips };
}

export function containerOf(container: SimulatedContainer): Container {
  const { id, sandbox, config, image, imageRef, state, createdAt } = container;
  const { name, attempt, labels, annotations } = config;
  return { id, podSandboxId: sandbox.id, name, attempt, image, imageRef, state, createdAt, labels, annotations };
}

export function containerStatus(container: SimulatedContainer): ContainerStatus {
  const { startedAt, finishedAt, exitCode, reason, sandbox, config } = container;
  const logPath = `${sandbox.config.logDirectory}/${config.logPath}`;
  return { ...containerOf(container), startedAt, finishedAt, exitCode, reason, message: "", logPath };
}
