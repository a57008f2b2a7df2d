import type { Container, Pod } from "@pinnace/api";
import type { PodSandboxConfig } from "@pinnace/cri";
import { allContainers, isHostNetwork, uidOf } from "../pods/pod-facts.ts";
import { sandboxLabels } from "../pods/runtime-labels.ts";
import { type DnsSettings, dnsConfig } from "./dns-config.ts";
import { hostnameOf } from "./hostname.ts";

/** The sandbox of a pod as the runtime is asked for it. */
export function sandboxConfig(
  pod: Pod,
  attempt: number,
  node: { readonly dns: DnsSettings; readonly logDirectory: string; readonly cgroupParent: string },
): PodSandboxConfig {
  const { nameservers, searches, options } = dnsConfig(pod, node.dns);
  const hostNetwork = isHostNetwork(pod);
  const sysctls = pod.spec?.securityContext?.sysctls ?? [];
  return {
    name: pod.metadata?.name ?? "",
    namespace: pod.metadata?.namespace ?? "",
    uid: uidOf(pod),
    attempt,
    hostname: hostNetwork ? "" : hostnameOf(pod, node.dns.clusterDomain).hostname,
    logDirectory: node.logDirectory,
    dns: { servers: nameservers, searches, options },
    labels: sandboxLabels(pod),
    annotations: pod.metadata?.annotations ?? {},
    cgroupParent: node.cgroupParent,
    hostNetwork,
    hostPid: pod.spec?.hostPID === true,
    hostIpc: pod.spec?.hostIPC === true,
    shareProcessNamespace: pod.spec?.shareProcessNamespace === true,
    privileged: allContainers(pod).some(({ securityContext }) => securityContext?.privileged === true),
    ...(sysctls.length === 0 ? {} : { sysctls: Object.fromEntries(sysctls.map(({ name, value }) => [name, value])) }),
    portMappings: hostNetwork ? [] : allContainers(pod).flatMap(portMappings),
  };
}

function portMappings(container: Container): NonNullable<PodSandboxConfig["portMappings"]> {
  return (container.ports ?? [])
    .filter(({ hostPort }) => hostPort !== undefined && hostPort > 0)
    .map(({ containerPort, hostPort = 0, hostIP = "", protocol = "TCP" }) => ({
      protocol: protocol as "TCP" | "UDP" | "SCTP",
      containerPort,
      hostPort,
      hostIp: hostIP,
    }));
}
