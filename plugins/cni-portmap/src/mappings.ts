import { type CniConfig, CniError, type CniResult } from "@pinnace/cni-plugins";

/** One port of the host that leads to a port of the pod. */
export interface PortMapping {
  /** Undefined: every address of the host. */
  readonly hostIp: string | undefined;
  readonly hostPort: number;
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly podIp: string;
  readonly podPort: number;
}

/** Members in lower case. */
interface Wanted {
  readonly hostport?: unknown;
  readonly containerport?: unknown;
  readonly protocol?: unknown;
  readonly hostip?: unknown;
}

/** Go's decoder takes members of any case, and containerd writes `HostPort` where the convention has `hostPort`. */
const inLowerCase = (entry: object): Wanted =>
  Object.fromEntries(Object.entries(entry).map(([name, value]) => [name.toLowerCase(), value]));

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const isPort = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) > 0 && (value as number) < 65_536;

/** What the runtime wants for a container. Throws code 7 for ports that make no sense, or for a pod without an address. */
export function readMappings(config: CniConfig, previous: CniResult | undefined): readonly PortMapping[] {
  const wanted = ((config.runtimeConfig?.portMappings ?? []) as readonly object[]).map(inLowerCase);
  const mapped = wanted.filter(({ hostport }) => hostport !== undefined && hostport !== 0);
  if (mapped.length === 0) return [];
  const podIp = previous?.ips.map(({ address }) => address.split("/")[0] ?? "").find((address) => IPV4.test(address));
  if (podIp === undefined)
    throw new CniError(7, "no IPv4 address to map ports to", "a plugin before this one must give it");
  return mapped.flatMap((each) => {
    const { hostport: hostPort, containerport: containerPort, protocol = "tcp", hostip: hostIP = "" } = each;
    const name = String(protocol).toLowerCase();
    if (!isPort(hostPort) || !isPort(containerPort) || !(name === "tcp" || name === "udp" || name === "sctp")) {
      throw new CniError(7, "invalid port mapping", JSON.stringify(each));
    }
    const address = String(hostIP);
    if (address.includes(":")) return [];
    const hostIp = address === "" || address === "0.0.0.0" ? undefined : address;
    if (hostIp !== undefined && !IPV4.test(hostIp)) throw new CniError(7, "invalid port mapping", JSON.stringify(each));
    return [{ hostIp, hostPort, protocol: name, podIp, podPort: containerPort }];
  });
}
