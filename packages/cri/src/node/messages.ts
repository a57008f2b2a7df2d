/**
 * The messages of CRI v1 (`runtime.v1`, k8s.io/cri-api) and of containerd's event service that Pinnace sends and reads:
 * field names with their numbers and types. Enumerations travel as `int32`. Fields that are not listed are skipped when
 * they are received and never sent.
 */
type FieldSpec = readonly [number: number, type: string];
export type MessageSpec = Readonly<Record<string, FieldSpec>>;

const STRING_MAP = "map<string,string>";

const sandbox: Readonly<Record<string, MessageSpec>> = {
  PodSandboxMetadata: { name: [1, "string"], uid: [2, "string"], namespace: [3, "string"], attempt: [4, "uint32"] },
  DNSConfig: { servers: [1, "repeated string"], searches: [2, "repeated string"], options: [3, "repeated string"] },
  PortMapping: {
    protocol: [1, "int32"],
    container_port: [2, "int32"],
    host_port: [3, "int32"],
    host_ip: [4, "string"],
  },
  NamespaceOption: { network: [1, "int32"], pid: [2, "int32"], ipc: [3, "int32"], target_id: [4, "string"] },
  SecurityProfile: { profile_type: [1, "int32"], localhost_ref: [2, "string"] },
  Int64Value: { value: [1, "int64"] },
  UInt64Value: { value: [1, "uint64"] },
  LinuxSandboxSecurityContext: {
    namespace_options: [1, "NamespaceOption"],
    supplemental_groups: [5, "repeated int64"],
    privileged: [6, "bool"],
    seccomp: [9, "SecurityProfile"],
  },
  LinuxPodSandboxConfig: {
    cgroup_parent: [1, "string"],
    security_context: [2, "LinuxSandboxSecurityContext"],
    sysctls: [3, STRING_MAP],
  },
  PodSandboxConfig: {
    metadata: [1, "PodSandboxMetadata"],
    hostname: [2, "string"],
    log_directory: [3, "string"],
    dns_config: [4, "DNSConfig"],
    port_mappings: [5, "repeated PortMapping"],
    labels: [6, STRING_MAP],
    annotations: [7, STRING_MAP],
    linux: [8, "LinuxPodSandboxConfig"],
  },
  RunPodSandboxRequest: { config: [1, "PodSandboxConfig"], runtime_handler: [2, "string"] },
  PodSandboxId: { pod_sandbox_id: [1, "string"] },
  PodSandboxStatusRequest: { pod_sandbox_id: [1, "string"], verbose: [2, "bool"] },
  PodIP: { ip: [1, "string"] },
  PodSandboxNetworkStatus: { ip: [1, "string"], additional_ips: [2, "repeated PodIP"] },
  PodSandboxStatus: {
    id: [1, "string"],
    metadata: [2, "PodSandboxMetadata"],
    state: [3, "int32"],
    created_at: [4, "int64"],
    network: [5, "PodSandboxNetworkStatus"],
    labels: [7, STRING_MAP],
    annotations: [8, STRING_MAP],
  },
  PodSandboxStatusResponse: { status: [1, "PodSandboxStatus"], info: [2, STRING_MAP] },
  PodSandboxFilter: { label_selector: [3, STRING_MAP] },
  ListPodSandboxRequest: { filter: [1, "PodSandboxFilter"] },
  PodSandbox: {
    id: [1, "string"],
    metadata: [2, "PodSandboxMetadata"],
    state: [3, "int32"],
    created_at: [4, "int64"],
    labels: [5, STRING_MAP],
    annotations: [6, STRING_MAP],
  },
  ListPodSandboxResponse: { items: [1, "repeated PodSandbox"] },
};

const container: Readonly<Record<string, MessageSpec>> = {
  ContainerMetadata: { name: [1, "string"], attempt: [2, "uint32"] },
  ImageSpec: { image: [1, "string"], annotations: [2, STRING_MAP], user_specified_image: [18, "string"] },
  // A string on the wire until CRI v1.36, bytes since: the encoding is the same.
  KeyValue: { key: [1, "string"], value: [2, "bytes"] },
  Mount: {
    container_path: [1, "string"],
    host_path: [2, "string"],
    readonly: [3, "bool"],
    selinux_relabel: [4, "bool"],
    propagation: [5, "int32"],
  },
  LinuxContainerResources: {
    cpu_period: [1, "int64"],
    cpu_quota: [2, "int64"],
    cpu_shares: [3, "int64"],
    memory_limit_in_bytes: [4, "int64"],
    oom_score_adj: [5, "int64"],
  },
  Capability: { add_capabilities: [1, "repeated string"], drop_capabilities: [2, "repeated string"] },
  LinuxContainerSecurityContext: {
    capabilities: [1, "Capability"],
    privileged: [2, "bool"],
    namespace_options: [3, "NamespaceOption"],
    run_as_user: [5, "Int64Value"],
    run_as_username: [6, "string"],
    readonly_rootfs: [7, "bool"],
    supplemental_groups: [8, "repeated int64"],
    no_new_privs: [11, "bool"],
    run_as_group: [12, "Int64Value"],
    masked_paths: [13, "repeated string"],
    readonly_paths: [14, "repeated string"],
    seccomp: [15, "SecurityProfile"],
  },
  LinuxContainerConfig: {
    resources: [1, "LinuxContainerResources"],
    security_context: [2, "LinuxContainerSecurityContext"],
  },
  ContainerConfig: {
    metadata: [1, "ContainerMetadata"],
    image: [2, "ImageSpec"],
    command: [3, "repeated string"],
    args: [4, "repeated string"],
    working_dir: [5, "string"],
    envs: [6, "repeated KeyValue"],
    mounts: [7, "repeated Mount"],
    labels: [9, STRING_MAP],
    annotations: [10, STRING_MAP],
    log_path: [11, "string"],
    stdin: [12, "bool"],
    stdin_once: [13, "bool"],
    tty: [14, "bool"],
    linux: [15, "LinuxContainerConfig"],
  },
  CreateContainerRequest: {
    pod_sandbox_id: [1, "string"],
    config: [2, "ContainerConfig"],
    sandbox_config: [3, "PodSandboxConfig"],
  },
  ContainerId: { container_id: [1, "string"] },
  StopContainerRequest: { container_id: [1, "string"], timeout: [2, "int64"] },
  ContainerStatusRequest: { container_id: [1, "string"], verbose: [2, "bool"] },
  ContainerStatus: {
    id: [1, "string"],
    metadata: [2, "ContainerMetadata"],
    state: [3, "int32"],
    created_at: [4, "int64"],
    started_at: [5, "int64"],
    finished_at: [6, "int64"],
    exit_code: [7, "int32"],
    image: [8, "ImageSpec"],
    image_ref: [9, "string"],
    reason: [10, "string"],
    message: [11, "string"],
    labels: [12, STRING_MAP],
    annotations: [13, STRING_MAP],
    log_path: [15, "string"],
  },
  ContainerStatusResponse: { status: [1, "ContainerStatus"], info: [2, STRING_MAP] },
  ContainerFilter: { pod_sandbox_id: [3, "string"], label_selector: [4, STRING_MAP] },
  ListContainersRequest: { filter: [1, "ContainerFilter"] },
  Container: {
    id: [1, "string"],
    pod_sandbox_id: [2, "string"],
    metadata: [3, "ContainerMetadata"],
    image: [4, "ImageSpec"],
    image_ref: [5, "string"],
    state: [6, "int32"],
    created_at: [7, "int64"],
    labels: [8, STRING_MAP],
    annotations: [9, STRING_MAP],
  },
  ListContainersResponse: { containers: [1, "repeated Container"] },
  UpdateContainerResourcesRequest: { container_id: [1, "string"], linux: [2, "LinuxContainerResources"] },
};

const streaming: Readonly<Record<string, MessageSpec>> = {
  ExecSyncRequest: { container_id: [1, "string"], cmd: [2, "repeated string"], timeout: [3, "int64"] },
  ExecSyncResponse: { stdout: [1, "bytes"], stderr: [2, "bytes"], exit_code: [3, "int32"] },
  ExecRequest: {
    container_id: [1, "string"],
    cmd: [2, "repeated string"],
    tty: [3, "bool"],
    stdin: [4, "bool"],
    stdout: [5, "bool"],
    stderr: [6, "bool"],
  },
  AttachRequest: {
    container_id: [1, "string"],
    stdin: [2, "bool"],
    tty: [3, "bool"],
    stdout: [4, "bool"],
    stderr: [5, "bool"],
  },
  PortForwardRequest: { pod_sandbox_id: [1, "string"], port: [2, "repeated int32"] },
  Url: { url: [1, "string"] },
};

const images: Readonly<Record<string, MessageSpec>> = {
  ImageStatusRequest: { image: [1, "ImageSpec"], verbose: [2, "bool"] },
  Image: {
    id: [1, "string"],
    repo_tags: [2, "repeated string"],
    repo_digests: [3, "repeated string"],
    size: [4, "uint64"],
    uid: [5, "Int64Value"],
    username: [6, "string"],
  },
  ImageStatusResponse: { image: [1, "Image"] },
  AuthConfig: { username: [1, "string"], password: [2, "string"] },
  PullImageRequest: { image: [1, "ImageSpec"], auth: [2, "AuthConfig"] },
  PullImageResponse: { image_ref: [1, "string"] },
  ListImagesResponse: { images: [1, "repeated Image"] },
  RemoveImageRequest: { image: [1, "ImageSpec"] },
};

const status: Readonly<Record<string, MessageSpec>> = {
  Empty: {},
  VersionRequest: { version: [1, "string"] },
  VersionResponse: {
    version: [1, "string"],
    runtime_name: [2, "string"],
    runtime_version: [3, "string"],
    runtime_api_version: [4, "string"],
  },
  RuntimeCondition: { type: [1, "string"], status: [2, "bool"], reason: [3, "string"], message: [4, "string"] },
  RuntimeStatus: { conditions: [1, "repeated RuntimeCondition"] },
  StatusResponse: { status: [1, "RuntimeStatus"] },
  ContainerAttributes: { id: [1, "string"] },
  CpuUsage: { timestamp: [1, "int64"], usage_core_nano_seconds: [2, "UInt64Value"] },
  MemoryUsage: { timestamp: [1, "int64"], working_set_bytes: [2, "UInt64Value"], usage_bytes: [4, "UInt64Value"] },
  ContainerStats: { attributes: [1, "ContainerAttributes"], cpu: [2, "CpuUsage"], memory: [3, "MemoryUsage"] },
  ContainerStatsResponse: { stats: [1, "ContainerStats"] },
  ListContainerStatsResponse: { stats: [1, "repeated ContainerStats"] },
};

/** containerd.services.events.v1 and containerd.events. */
const events: Readonly<Record<string, MessageSpec>> = {
  SubscribeRequest: { filters: [1, "repeated string"] },
  EventValue: { type_url: [1, "string"], value: [2, "bytes"] },
  Envelope: { namespace: [2, "string"], topic: [3, "string"], event: [4, "EventValue"] },
  TaskEvent: { container_id: [1, "string"] },
  TaskExit: { container_id: [1, "string"], id: [2, "string"] },
};

export const MESSAGES: Readonly<Record<string, MessageSpec>> = {
  ...sandbox,
  ...container,
  ...streaming,
  ...images,
  ...status,
  ...events,
};
