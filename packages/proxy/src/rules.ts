/** Part of an nftables table. All names are unique within the table. */
export interface Rules {
  /** Rules by chain. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  /** Sets of a service's own: name to declaration, such as `typeof ip saddr; flags dynamic,timeout; timeout 3h`. */
  readonly sets: ReadonlyMap<string, string>;
  /** Elements of the shared sets and maps, by set: key to value (`""` for sets). */
  readonly elements: ReadonlyMap<SharedSet, ReadonlyMap<string, string>>;
}

/** The table's shared sets and maps, see {@link baseTable}. */
export type SharedSet = "services" | "node-ports" | "hairpin" | "no-endpoints" | "no-endpoint-ports";

export const SHARED_SETS: readonly SharedSet[] = [
  "services",
  "node-ports",
  "hairpin",
  "no-endpoints",
  "no-endpoint-ports",
];

export const NO_RULES: Rules = Object.freeze({ chains: new Map(), sets: new Map(), elements: new Map() });

/** Traffic that must leave with the node's address carries this bit, as kube-proxy's does. */
const MASQUERADE_MARK = "0x4000";

interface TableOptions {
  readonly table: string;
  readonly serviceCidr: string;
  readonly podCidr: string;
}

/**
 * The table with its hooks and empty sets, replacing one of the same name. A packet is looked up once in a map of
 * (address, protocol, port); traffic to the service range that no service claims is rejected instead of leaving by the
 * default route.
 */
export function baseTable({ table, serviceCidr, podCidr }: TableOptions): string {
  return `add table ip ${table}
delete table ip ${table}
table ip ${table} {
  map services { type ipv4_addr . inet_proto . inet_service : verdict; }
  map node-ports { type inet_proto . inet_service : verdict; }
  set hairpin { type ipv4_addr . ipv4_addr; }
  set no-endpoints { type ipv4_addr . inet_proto . inet_service; }
  set no-endpoint-ports { type inet_proto . inet_service; }
  chain mark-masquerade { meta mark set meta mark or ${MASQUERADE_MARK}; }
  chain lookup {
    ip daddr . meta l4proto . th dport vmap @services
    fib daddr type local meta l4proto . th dport vmap @node-ports
  }
  chain nat-prerouting { type nat hook prerouting priority dstnat; policy accept; jump lookup; }
  chain nat-output { type nat hook output priority -100; policy accept; jump lookup; }
  chain nat-postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    meta mark & ${MASQUERADE_MARK} == ${MASQUERADE_MARK} meta mark set meta mark xor ${MASQUERADE_MARK} masquerade
    ct status dnat ip saddr . ip daddr @hairpin masquerade
    ip saddr 127.0.0.0/8 ct status dnat masquerade
    ip saddr ${podCidr} ip daddr != ${podCidr} masquerade
  }
  chain reject-unknown {
    ip daddr . meta l4proto . th dport @no-endpoints reject
    fib daddr type local meta l4proto . th dport @no-endpoint-ports reject
    ip daddr ${serviceCidr} reject
  }
  chain filter-forward { type filter hook forward priority filter; policy accept; ct state new jump reject-unknown; }
  chain filter-output { type filter hook output priority filter; policy accept; ct state new jump reject-unknown; }
  chain filter-input { type filter hook input priority filter; policy accept; ct state new jump reject-unknown; }
}
`;
}
