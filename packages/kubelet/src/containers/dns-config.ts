import type { Pod } from "@pinnace/api";
import { isHostNetwork } from "../pods/pod-facts.ts";

export interface Resolver {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface DnsSettings {
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
  readonly host: Resolver;
}

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;

/** The resolv.conf of a pod by its dnsPolicy and dnsConfig. */
export function dnsConfig(pod: Pod, settings: DnsSettings): Resolver {
  const policy = effectivePolicy(pod, settings);
  const base =
    policy === "None"
      ? { nameservers: [], searches: [], options: [] }
      : policy === "Default"
        ? settings.host
        : clusterFirst(pod, settings);
  const extra = pod.spec?.dnsConfig;
  return {
    nameservers: unique([...base.nameservers, ...(extra?.nameservers ?? [])]).slice(0, MAX_NAMESERVERS),
    searches: unique([...base.searches, ...(extra?.searches ?? [])]).slice(0, MAX_SEARCHES),
    options: mergeOptions(base.options, extra?.options ?? []),
  };
}

function effectivePolicy(pod: Pod, settings: DnsSettings): "None" | "Default" | "ClusterFirst" {
  const policy = pod.spec?.dnsPolicy ?? "ClusterFirst";
  if (policy === "None" || policy === "Default") return policy;
  if (policy === "ClusterFirst" && isHostNetwork(pod)) return "Default";
  return settings.clusterDns.length === 0 ? "Default" : "ClusterFirst";
}

function clusterFirst(pod: Pod, { clusterDns, clusterDomain, host }: DnsSettings): Resolver {
  const domains = [`${pod.metadata?.namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  return { nameservers: clusterDns, searches: [...domains, ...host.searches], options: ["ndots:5"] };
}

/** Options by name; those of the pod replace those of the policy. */
function mergeOptions(
  base: readonly string[],
  extra: readonly { readonly name?: string; readonly value?: string }[],
): readonly string[] {
  const options = new Map(base.map((option) => [option.split(":")[0] ?? option, option]));
  for (const { name = "", value } of extra) options.set(name, value === undefined ? name : `${name}:${value}`);
  return [...options.values()];
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
