import type { PortMapping } from "./mappings.ts";

const TABLE = "ip pinnace-portmap";

/**
 * The table, whether it is there or not: what comes for an address of the host looks for its port, first with the address,
 * then without. Runs just before the service proxy.
 */
const SKELETON: readonly string[] = [
  `add table ${TABLE}`,
  `add map ${TABLE} exact { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service ; }`,
  `add map ${TABLE} any { type inet_proto . inet_service : ipv4_addr . inet_service ; }`,
  `add set ${TABLE} hairpin { type ipv4_addr . ipv4_addr ; }`,
  `add chain ${TABLE} ports`,
  `add chain ${TABLE} prerouting { type nat hook prerouting priority -101 ; policy accept ; }`,
  `add chain ${TABLE} output { type nat hook output priority -101 ; policy accept ; }`,
  `add chain ${TABLE} postrouting { type nat hook postrouting priority 99 ; policy accept ; }`,
  ...["ports", "prerouting", "output", "postrouting"].map((chain) => `flush chain ${TABLE} ${chain}`),
  `add rule ${TABLE} ports meta l4proto { tcp, udp, sctp } dnat ip to ip daddr . meta l4proto . th dport map @exact`,
  `add rule ${TABLE} ports meta l4proto { tcp, udp, sctp } dnat ip to meta l4proto . th dport map @any`,
  `add rule ${TABLE} prerouting fib daddr type local jump ports`,
  `add rule ${TABLE} output fib daddr type local jump ports`,
  // The pod could not answer to an address of the loopback, nor to itself.
  `add rule ${TABLE} postrouting ip saddr 127.0.0.0/8 ct status dnat oifname != "lo" masquerade`,
  `add rule ${TABLE} postrouting ct status dnat ip saddr . ip daddr @hairpin masquerade`,
];

/** An element of a map or set, without what it leads to. */
export interface Element {
  readonly of: "exact" | "any" | "hairpin";
  readonly key: string;
  /** "" for a set. */
  readonly to: string;
}

export function elementsOf(mappings: readonly PortMapping[]): readonly Element[] {
  const ports = mappings.map(({ hostIp, hostPort, protocol, podIp, podPort }): Element => {
    const key = `${protocol} . ${hostPort}`;
    const to = `${podIp} . ${podPort}`;
    return hostIp === undefined ? { of: "any", key, to } : { of: "exact", key: `${hostIp} . ${key}`, to };
  });
  const pods = [...new Set(mappings.map(({ podIp }) => podIp))];
  return [...ports, ...pods.map((pod): Element => ({ of: "hairpin", key: `${pod} . ${pod}`, to: "" }))];
}

/** A script for `nft -f`, which is done as a whole or not at all. */
export const additionScript = (elements: readonly Element[]): string =>
  [...SKELETON, ...elements.map(({ of, key, to }) => `add element ${TABLE} ${of} { ${key}${to && ` : ${to}`} }`)].join(
    "\n",
  );

/** Arguments of `nft` that take one element away. */
export const removal = ({ of, key }: Element): readonly string[] => [
  "delete",
  "element",
  ...TABLE.split(" "),
  of,
  `{ ${key} }`,
];

export const TABLE_REMOVAL: readonly string[] = ["delete", "table", ...TABLE.split(" ")];
