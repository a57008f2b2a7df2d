import type { Pod } from "@pinnace/api";

const MAX_HOSTNAME = 63;

/** The host name of a pod (`spec.hostname`, else its name, cut to 63 characters) and its domain when it has a subdomain. */
export function hostnameOf(pod: Pod, clusterDomain: string): { readonly hostname: string; readonly domain: string } {
  if (pod.spec?.hostnameOverride !== undefined) return { hostname: pod.spec.hostnameOverride, domain: "" };
  const hostname = pod.spec?.hostname || truncate(pod.metadata?.name ?? "");
  const { subdomain } = pod.spec ?? {};
  const domain = subdomain ? `${subdomain}.${pod.metadata?.namespace}.svc.${clusterDomain}` : "";
  if (pod.spec?.setHostnameAsFQDN === true && domain !== "") return { hostname: `${hostname}.${domain}`, domain };
  return { hostname, domain };
}

/** A host name neither ends in `-` nor in `.` after it was cut. */
function truncate(name: string): string {
  return name.length <= MAX_HOSTNAME ? name : name.slice(0, MAX_HOSTNAME).replace(/[-.]+$/, "");
}

/** The text of a pod's `/etc/hosts`. */
export function hostsFile(pod: Pod, ips: readonly string[], clusterDomain: string): string {
  const { hostname, domain } = hostnameOf(pod, clusterDomain);
  const names = domain === "" || hostname.endsWith(domain) ? hostname : `${hostname}.${domain}\t${hostname}`;
  const lines = [
    "# Kubernetes-managed hosts file.",
    "127.0.0.1\tlocalhost",
    "::1\tlocalhost ip6-localhost ip6-loopback",
    "fe00::\tip6-localnet",
    "fe00::\tip6-mcastprefix",
    "fe00::1\tip6-allnodes",
    "fe00::2\tip6-allrouters",
    ...ips.map((ip) => `${ip}\t${names}`),
  ];
  const aliases = (pod.spec?.hostAliases ?? []).map(({ ip, hostnames }) => `${ip}\t${(hostnames ?? []).join("\t")}`);
  if (aliases.length > 0) lines.push("", "# Entries added by HostAliases.", ...aliases);
  return `${lines.join("\n")}\n`;
}
