import { type Draft, parseQuantity } from "@pinnace/apimachinery";
import { podLimits, podRequests } from "../plugins/pod-resources.ts";
import { plus, type Quantities } from "./quantities.ts";

/** Kinds of the core group that are also counted under their plain name, besides `count/<resource>`. */
const PLAIN_COUNTS: ReadonlySet<string> = new Set([
  "configmaps",
  "persistentvolumeclaims",
  "pods",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "services",
]);

/** A resource by its group and plural. */
export interface CountedResource {
  readonly group: string;
  readonly resource: string;
}

/**
 * What one object uses of the quotas of its namespace: `count/<resource>.<group>`, and for pods, services and claims
 * what they request. Names and values are upstream's (`pkg/quota`).
 */
export function usageOf({ group, resource }: CountedResource, object: Draft): Quantities {
  const count = { [group === "" ? `count/${resource}` : `count/${resource}.${group}`]: "1" };
  if (group !== "") return count;
  const plain: Quantities = PLAIN_COUNTS.has(resource) && resource !== "pods" ? { ...count, [resource]: "1" } : count;
  switch (resource) {
    case "pods":
      return isFinished(object) ? count : { ...count, ...podUsage(object) };
    case "services":
      return { ...plain, ...serviceUsage(object.spec ?? {}) };
    case "persistentvolumeclaims":
      return { ...plain, ...claimUsage(object) };
    default:
      return plain;
  }
}

/** A finished pod is still an object but uses nothing else. */
function isFinished({ status }: Draft): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

function podUsage({ spec }: Draft): Quantities {
  const limits = podLimits(spec);
  const overhead: Quantities = spec.overhead ?? {};
  const limited = Object.fromEntries(Object.entries(overhead).filter(([name]) => limits[name] !== undefined));
  return { pods: "1", ...computeUsage(plus(podRequests(spec), overhead), plus(limits, limited)) };
}

const COMPUTE = ["cpu", "memory", "ephemeral-storage"];

/** Requests and limits under the names of quotas: `cpu` and `requests.cpu`, `limits.cpu`, `requests.<extended>`. */
function computeUsage(requests: Quantities, limits: Quantities): Quantities {
  const usage: Record<string, string> = {};
  for (const [name, quantity] of Object.entries(requests)) {
    const isHuge = name.startsWith("hugepages-");
    if (COMPUTE.includes(name) || isHuge) usage[name] = quantity;
    if (COMPUTE.includes(name) || isHuge || name.includes("/")) usage[`requests.${name}`] = quantity;
  }
  for (const [name, quantity] of Object.entries(limits)) if (COMPUTE.includes(name)) usage[`limits.${name}`] = quantity;
  return usage;
}

function serviceUsage({ type, ports = [], allocateLoadBalancerNodePorts }: Draft): Quantities {
  const count = String(ports.length);
  if (type === "NodePort") return { "services.nodeports": count, "services.loadbalancers": "0" };
  if (type !== "LoadBalancer") return { "services.nodeports": "0", "services.loadbalancers": "0" };
  const fixed = String(ports.filter((port: Draft) => port.nodePort).length);
  return {
    "services.nodeports": allocateLoadBalancerNodePorts === false ? fixed : count,
    "services.loadbalancers": "1",
  };
}

const BETA_CLASS = "volume.beta.kubernetes.io/storage-class";

function claimUsage({ metadata, spec, status }: Draft): Quantities {
  const className = metadata?.annotations?.[BETA_CLASS] ?? spec?.storageClassName;
  const requested = spec?.resources?.requests?.storage;
  // What a resize has taken already counts, even when the request was lowered again.
  const allocated = status?.allocatedResources?.storage;
  const storage = [requested, allocated]
    .filter((quantity) => quantity !== undefined)
    .reduce((most, next) => (parseQuantity(next).compare(parseQuantity(most)) > 0 ? next : most), "0");
  const suffix = `${className}.storageclass.storage.k8s.io`;
  return {
    "requests.storage": storage,
    ...(className ? { [`${suffix}/persistentvolumeclaims`]: "1", [`${suffix}/requests.storage`]: storage } : {}),
  };
}

/** Requests and limits that a quota can make mandatory. */
const MANDATORY = ["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];

/** What a quota on these names demands and a new pod leaves out: `limits.memory for: a,b; requests.cpu for: a`. */
export function unspecified({ spec }: Draft, names: readonly string[]): string {
  const missing = new Map<string, string[]>();
  for (const { name, resources } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    const usage = computeUsage(resources?.requests ?? {}, resources?.limits ?? {});
    for (const needed of MANDATORY)
      if (names.includes(needed) && usage[needed] === undefined)
        missing.set(needed, [...(missing.get(needed) ?? []), name]);
  }
  return [...missing.keys()]
    .sort()
    .map((name) => `${name} for: ${missing.get(name)?.join(",")}`)
    .join("; ");
}
