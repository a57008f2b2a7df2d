import type { ContainerConfig, ContainerSecurity, LinuxResources, PodSandboxConfig } from "../contract.ts";
import type { Fields } from "./codec.ts";

// runtime.v1 enumerations
const NAMESPACE = { pod: 0, container: 1, node: 2 } as const;
const PROTOCOL = { TCP: 0, UDP: 1, SCTP: 2 } as const;
const PROPAGATION = { PRIVATE: 0, HOST_TO_CONTAINER: 1, BIDIRECTIONAL: 2 } as const;
const PROFILE = { runtimeDefault: 0, unconfined: 1, localhost: 2 } as const;

const encoder = new TextEncoder();

interface Sharing {
  readonly hostNetwork: boolean;
  readonly hostPid: boolean;
  readonly hostIpc: boolean;
  readonly shareProcessNamespace: boolean;
}

/** The mode's zero value is POD, so leaving `pid` out would share the process namespace with the sandbox. */
function namespaceOptions(config: Sharing): Fields {
  return {
    network: config.hostNetwork ? NAMESPACE.node : NAMESPACE.pod,
    pid: config.hostPid ? NAMESPACE.node : config.shareProcessNamespace ? NAMESPACE.pod : NAMESPACE.container,
    ipc: config.hostIpc ? NAMESPACE.node : NAMESPACE.pod,
  };
}

function seccompProfile(seccomp: ContainerSecurity["seccomp"]): Fields {
  if (seccomp === "RuntimeDefault") return { profileType: PROFILE.runtimeDefault };
  if (seccomp === "Unconfined") return { profileType: PROFILE.unconfined };
  return { profileType: PROFILE.localhost, localhostRef: seccomp.localhost };
}

export function sandboxConfig(config: PodSandboxConfig): Fields {
  return {
    metadata: { name: config.name, namespace: config.namespace, uid: config.uid, attempt: config.attempt },
    hostname: config.hostname,
    logDirectory: config.logDirectory,
    ...(config.dns === undefined ? {} : { dnsConfig: config.dns }),
    portMappings: (config.portMappings ?? []).map((port) => ({ ...port, protocol: PROTOCOL[port.protocol] })),
    labels: config.labels,
    annotations: config.annotations,
    linux: {
      cgroupParent: config.cgroupParent,
      sysctls: config.sysctls ?? {},
      securityContext: {
        namespaceOptions: namespaceOptions(config),
        privileged: config.privileged,
        seccomp: { profileType: config.privileged ? PROFILE.unconfined : PROFILE.runtimeDefault },
      },
    },
  };
}

export function linuxResources(resources: LinuxResources): Fields {
  return {
    cpuPeriod: BigInt(resources.cpuPeriod ?? 0),
    cpuQuota: BigInt(resources.cpuQuota ?? 0),
    cpuShares: BigInt(resources.cpuShares ?? 0),
    memoryLimitInBytes: BigInt(resources.memoryLimit ?? 0),
    oomScoreAdj: BigInt(resources.oomScoreAdj ?? 0),
  };
}

function linuxSecurity(config: ContainerConfig): Fields {
  const { security } = config;
  const user = security.runAsUser === undefined ? {} : { runAsUser: { value: BigInt(security.runAsUser) } };
  const group = security.runAsGroup === undefined ? {} : { runAsGroup: { value: BigInt(security.runAsGroup) } };
  return {
    capabilities: { addCapabilities: security.addCapabilities, dropCapabilities: security.dropCapabilities },
    privileged: security.privileged,
    namespaceOptions: namespaceOptions(config),
    ...user,
    ...group,
    runAsUsername: security.runAsUsername ?? "",
    readonlyRootfs: security.readonlyRootfs,
    supplementalGroups: security.supplementalGroups.map(BigInt),
    noNewPrivs: security.noNewPrivileges,
    maskedPaths: security.maskedPaths ?? [],
    readonlyPaths: security.readonlyPaths ?? [],
    seccomp: seccompProfile(security.seccomp),
  };
}

export function containerConfig(config: ContainerConfig): Fields {
  return {
    metadata: { name: config.name, attempt: config.attempt },
    image: { image: config.image },
    command: config.command,
    args: config.args,
    workingDir: config.workingDir ?? "",
    envs: config.env.map(({ name, value }) => ({ key: name, value: encoder.encode(value) })),
    mounts: config.mounts.map((mount) => ({ ...mount, propagation: PROPAGATION[mount.propagation] })),
    labels: config.labels,
    annotations: config.annotations,
    logPath: config.logPath,
    stdin: config.stdin,
    stdinOnce: config.stdinOnce,
    tty: config.tty,
    linux: { resources: linuxResources(config.resources), securityContext: linuxSecurity(config) },
  };
}
