import type { Draft } from "@pinnace/apimachinery";

/** Three hours: how long a client stays with its endpoint. */
const CLIENT_IP_SECONDS = 10_800;

/** Whether traffic from outside can reach it: NodePort, LoadBalancer, or a ClusterIP with external addresses. */
export function isExternallyAccessible(spec: Draft): boolean {
  return (
    spec.type === "LoadBalancer" ||
    spec.type === "NodePort" ||
    (spec.type === "ClusterIP" && spec.externalIPs?.length > 0)
  );
}

/** Whether a load balancer must ask nodes for local endpoints. */
export function needsHealthCheck(spec: Draft): boolean {
  return spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";
}

/** `clusterIP: None`. */
export function isHeadless(spec: Draft): boolean {
  return spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === "None";
}

function defaultAffinity(spec: Draft): void {
  spec.sessionAffinity ||= "None";
  if (spec.sessionAffinity === "None") delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity !== "ClientIP") return;
  if (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: CLIENT_IP_SECONDS } };
  }
}

/** Defaults of a Service (SetDefaults_Service). Addresses and ports are allocated by the server. */
export function defaultService(service: Draft): void {
  service.spec ??= {};
  service.status ??= {};
  service.status.loadBalancer ??= {};
  const { spec } = service;
  defaultAffinity(spec);
  spec.type ||= "ClusterIP";
  for (const port of spec.ports ?? []) {
    port.protocol ||= "TCP";
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === "") port.targetPort = port.port;
  }
  if (isExternallyAccessible(spec)) spec.externalTrafficPolicy ||= "Cluster";
  if (["ClusterIP", "NodePort", "LoadBalancer"].includes(spec.type)) spec.internalTrafficPolicy ??= "Cluster";
  if (spec.type !== "LoadBalancer") return;
  spec.allocateLoadBalancerNodePorts ??= true;
  for (const ingress of service.status.loadBalancer.ingress ?? []) if (ingress.ip) ingress.ipMode ??= "VIP";
}

/**
 * Keeps the old `clusterIP` and the new `clusterIPs` in step: the one that a client did not touch follows the other
 * (KEP-563). Run after decoding, with the stored object for an update.
 */
export function normalizeClusterIps(spec: Draft, old?: Draft): void {
  if (old === undefined) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  const single = spec.clusterIP ?? "";
  const before = old.clusterIP ?? "";
  const unchanged = JSON.stringify(spec.clusterIPs ?? []) === JSON.stringify(old.clusterIPs ?? []);
  if (before !== "" && single === "" && unchanged) delete spec.clusterIPs;
  else if (single !== before && unchanged) spec.clusterIPs = [single];
}
