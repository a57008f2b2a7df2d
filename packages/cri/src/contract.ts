import type { Observable } from "rxjs";

/** The DI token of the {@link ContainerRuntime}. */
export const CONTAINER_RUNTIME: unique symbol = Symbol.for("pinnace.cri.runtime") as never;

/** A pod sandbox as it is asked for (CRI v1 PodSandboxConfig). */
export interface PodSandboxConfig {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** Grows by one each time the sandbox is made anew. */
  readonly attempt: number;
  /** Empty for pods on the host network. */
  readonly hostname: string;
  readonly logDirectory: string;
  readonly dns?: {
    readonly servers: readonly string[];
    readonly searches: readonly string[];
    readonly options: readonly string[];
  };
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly cgroupParent: string;
  readonly hostNetwork: boolean;
  readonly hostPid: boolean;
  readonly hostIpc: boolean;
  readonly shareProcessNamespace: boolean;
  readonly privileged: boolean;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly portMappings?: readonly {
    readonly protocol: "TCP" | "UDP" | "SCTP";
    readonly containerPort: number;
    readonly hostPort: number;
    readonly hostIp: string;
  }[];
}

export type SandboxState = "READY" | "NOTREADY";
export type ContainerState = "CREATED" | "RUNNING" | "EXITED" | "UNKNOWN";

export interface PodSandbox {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly attempt: number;
  readonly state: SandboxState;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PodSandboxStatus extends PodSandbox {
  /** Empty on the host network. The first is the primary one. */
  readonly ips: readonly string[];
  /** Path of the network namespace when the runtime tells. */
  readonly netns?: string;
}

export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readonly: boolean;
  readonly propagation: "PRIVATE" | "HOST_TO_CONTAINER" | "BIDIRECTIONAL";
}

/** CPU in CFS units, memory in bytes; absent means: not limited. */
export interface LinuxResources {
  readonly cpuShares?: number;
  readonly cpuQuota?: number;
  readonly cpuPeriod?: number;
  readonly memoryLimit?: number;
  readonly oomScoreAdj?: number;
}

export interface ContainerSecurity {
  readonly privileged: boolean;
  readonly readonlyRootfs: boolean;
  readonly noNewPrivileges: boolean;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsUsername?: string;
  readonly supplementalGroups: readonly number[];
  readonly addCapabilities: readonly string[];
  readonly dropCapabilities: readonly string[];
  readonly seccomp: "RuntimeDefault" | "Unconfined" | { readonly localhost: string };
  readonly maskedPaths?: readonly string[];
  readonly readonlyPaths?: readonly string[];
}

/** A container as it is asked for (CRI v1 ContainerConfig). */
export interface ContainerConfig {
  readonly name: string;
  readonly attempt: number;
  /** An image reference that the runtime knows (the `imageRef` of a pull or a status). */
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir?: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Relative to the sandbox's `logDirectory`: `web/0.log`. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly resources: LinuxResources;
  readonly security: ContainerSecurity;
  readonly hostPid: boolean;
  readonly hostIpc: boolean;
  readonly hostNetwork: boolean;
  readonly shareProcessNamespace: boolean;
}

export interface Container {
  readonly id: string;
  readonly podSandboxId: string;
  readonly name: string;
  readonly attempt: number;
  readonly image: string;
  readonly imageRef: string;
  readonly state: ContainerState;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ContainerStatus extends Container {
  /** Milliseconds since the epoch; 0 when it has not happened. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  /** `Completed`, `Error`, `OOMKilled`, ... */
  readonly reason: string;
  readonly message: string;
  readonly logPath: string;
}

export interface Image {
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly size: number;
  readonly uid?: number;
  readonly username?: string;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

export interface ExecRequest {
  readonly containerId: string;
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/**
 * Where a stream is served: a URL of the runtime's streaming server (SPDY/3.1, single use, about a minute), or in
 * process (a simulated runtime) as a function over byte streams.
 */
export type StreamEndpoint = { readonly url: string } | { readonly session: (io: StreamIo) => Promise<StreamExit> };

export interface StreamIo {
  readonly stdin: AsyncIterable<Uint8Array>;
  stdout(chunk: Uint8Array): void;
  stderr(chunk: Uint8Array): void;
  readonly resize: AsyncIterable<{ readonly width: number; readonly height: number }>;
  readonly signal: AbortSignal;
}

export interface StreamExit {
  readonly exitCode: number;
  /** Set when the command could not be run at all. */
  readonly error?: string;
}

/** Something happened to a container or sandbox; look at its status. */
export interface RuntimeEvent {
  readonly type: "started" | "exited" | "oom" | "deleted";
  readonly containerId: string;
}

/** Usage of one container at one instant. */
export interface ContainerStats {
  readonly id: string;
  readonly timestamp: number;
  readonly cpuUsageCoreNanoSeconds: number;
  readonly memoryWorkingSetBytes: number;
  readonly memoryUsageBytes: number;
}

/**
 * CRI v1 as a kubelet uses it. Rejections are `CodedError`s: `NOT_FOUND` (no such sandbox, container or image),
 * `DEADLINE_EXCEEDED`, `UNAVAILABLE` (the runtime does not answer), `UNIMPLEMENTED`, `UNKNOWN` (the runtime's text says why).
 * Stop and remove are idempotent: an unknown id is no error.
 */
export interface ContainerRuntime {
  version(): Promise<{
    readonly runtimeName: string;
    readonly runtimeVersion: string;
    readonly runtimeApiVersion: string;
  }>;
  /** Whether the runtime and its network are ready, with the reason when not. */
  status(): Promise<{ readonly runtimeReady: boolean; readonly networkReady: boolean; readonly message: string }>;

  runPodSandbox(config: PodSandboxConfig, runtimeHandler: string): Promise<string>;
  stopPodSandbox(id: string): Promise<void>;
  removePodSandbox(id: string): Promise<void>;
  podSandboxStatus(id: string): Promise<PodSandboxStatus>;
  listPodSandboxes(filter?: { readonly podUid?: string }): Promise<readonly PodSandbox[]>;

  createContainer(podSandboxId: string, config: ContainerConfig, sandbox: PodSandboxConfig): Promise<string>;
  startContainer(id: string): Promise<void>;
  /** `timeout` in seconds until SIGKILL; 0 kills at once. */
  stopContainer(id: string, timeout: number): Promise<void>;
  removeContainer(id: string): Promise<void>;
  containerStatus(id: string): Promise<ContainerStatus>;
  listContainers(filter?: { readonly podSandboxId?: string; readonly podUid?: string }): Promise<readonly Container[]>;
  updateContainerResources(id: string, resources: LinuxResources): Promise<void>;
  reopenContainerLog(id: string): Promise<void>;

  /** `timeout` in seconds, 0 for none. */
  execSync(id: string, command: readonly string[], timeout: number): Promise<ExecResult>;
  exec(request: ExecRequest): Promise<StreamEndpoint>;
  attach(request: Omit<ExecRequest, "command">): Promise<StreamEndpoint>;
  portForward(podSandboxId: string, ports: readonly number[]): Promise<StreamEndpoint>;

  imageStatus(image: string): Promise<Image | undefined>;
  pullImage(image: string, auth?: { readonly username: string; readonly password: string }): Promise<string>;
  listImages(): Promise<readonly Image[]>;
  removeImage(image: string): Promise<void>;

  containerStats(id: string): Promise<ContainerStats>;
  listContainerStats(): Promise<readonly ContainerStats[]>;

  /**
   * The container's log in CRI format from its current file(s), decoded: the runtime that writes a real file returns
   * undefined (the kubelet reads `logPath`), a simulated one returns its lines.
   */
  readonly logs?: (
    id: string,
    options: { readonly follow: boolean; readonly signal: AbortSignal },
  ) => AsyncIterable<LogLine>;

  /** Hot: what happens from subscription on; errors when the connection is lost (the kubelet relists and resubscribes). */
  events(): Observable<RuntimeEvent>;
  close(): Promise<void>;
}

/** One line of a container's log. */
export interface LogLine {
  /** RFC 3339 with nanoseconds. */
  readonly timestamp: string;
  readonly stream: "stdout" | "stderr";
  /** Without the newline; `partial` says that the line goes on in the next record. */
  readonly text: string;
  readonly partial: boolean;
}
