import type { Pod } from "@pinnace/api";
import { Quantity } from "@pinnace/apimachinery";
import type { NodeDescription } from "../contract.ts";
import { allContainers, initContainers, isHostNetwork, isSidecar, isTerminal, regularContainers } from "./pod-facts.ts";

/** Why a kubelet ended a pod. */
export interface Verdict {
  readonly reason: string;
  readonly message: string;
  /** The pod was never admitted: its status says nothing about containers. */
  readonly rejected?: boolean;
}

/** Whether a pod fits the node beside those that are there already; undefined admits it. Texts are upstream's. */
export function admitPod(pod: Pod, others: readonly Pod[], node: NodeDescription): Verdict | undefined {
  const active = others.filter((other) => !isTerminal(other) && other.metadata?.uid !== pod.metadata?.uid);
  return tooMany(active, node) ?? outOfResource(pod, active, node) ?? portConflict(pod, active) ?? unsupported(pod);
}

function tooMany(active: readonly Pod[], node: NodeDescription): Verdict | undefined {
  const allowed = amount((node.allocatable ?? node.capacity).pods);
  if (allowed === undefined || active.length + 1 <= allowed) return undefined;
  const message = insufficient("pods", 1, active.length, allowed);
  return { reason: "OutOfpods", message };
}

function outOfResource(pod: Pod, active: readonly Pod[], node: NodeDescription): Verdict | undefined {
  for (const [resource, quantity] of Object.entries(node.allocatable ?? node.capacity)) {
    if (resource === "pods") continue;
    const requested = requestOf(pod, resource);
    if (requested === 0) continue;
    const capacity = units(resource, quantity);
    const used = active.reduce((sum, other) => sum + requestOf(other, resource), 0);
    if (used + requested > capacity)
      return { reason: `OutOf${resource}`, message: insufficient(resource, requested, used, capacity) };
  }
  return undefined;
}

function insufficient(resource: string, requested: number, used: number, capacity: number): string {
  return `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;
}

/** Millicores for CPU, whole units for everything else. */
function units(resource: string, quantity: string | undefined): number {
  if (quantity === undefined) return 0;
  const parsed = Quantity.parse(quantity);
  return resource === "cpu" ? parsed.milliValue() : parsed.value();
}

function amount(quantity: string | undefined): number | undefined {
  return quantity === undefined ? undefined : Quantity.parse(quantity).value();
}

/** The request of a pod: regular containers and sidecars together, or the largest init container, plus overhead. */
function requestOf(pod: Pod, resource: string): number {
  const of = (container: { resources?: { requests?: Readonly<Record<string, string>> } }): number =>
    units(resource, container.resources?.requests?.[resource]);
  let sidecars = 0;
  let initPeak = 0;
  for (const container of initContainers(pod)) {
    if (isSidecar(container)) sidecars += of(container);
    initPeak = Math.max(initPeak, isSidecar(container) ? sidecars : sidecars + of(container));
  }
  const regular = regularContainers(pod).reduce((sum, container) => sum + of(container), sidecars);
  const level = pod.spec?.resources?.requests?.[resource];
  const sum = level === undefined ? Math.max(regular, initPeak) : units(resource, level);
  return sum + units(resource, pod.spec?.overhead?.[resource]);
}

function portConflict(pod: Pod, active: readonly Pod[]): Verdict | undefined {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return undefined;
  const taken = active.flatMap(hostPorts);
  const clash = wanted.some((port) =>
    taken.some(
      (other) =>
        other.port === port.port &&
        other.protocol === port.protocol &&
        (other.ip === port.ip || other.ip === "0.0.0.0" || port.ip === "0.0.0.0"),
    ),
  );
  const message = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";
  return clash ? { reason: "NodePorts", message } : undefined;
}

function hostPorts(pod: Pod): { port: number; protocol: string; ip: string }[] {
  return allContainers(pod).flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, containerPort, protocol = "TCP", hostIP }) => {
      const port = hostPort || (isHostNetwork(pod) ? containerPort : 0);
      return port > 0 ? [{ port, protocol, ip: hostIP || "0.0.0.0" }] : [];
    }),
  );
}

/** What a node of this kind cannot honour and must not ignore. */
function unsupported(pod: Pod): Verdict | undefined {
  if (pod.spec?.os?.name === "windows")
    return { reason: "PodOSNotSupported", message: `Failed to admit pod as the OS field doesn't match node OS` };
  if (pod.spec?.hostUsers === false)
    return { reason: "UserNamespacesNotSupported", message: "The runtime of this node has no user namespaces" };
  return undefined;
}
