import { type CniConfig, CniError } from "../contract.ts";
import { formatAddress, parseAddress, parseSubnet } from "./address.ts";

/** One range of the `ipam` part, as upstream's host-local spells it. */
export interface RangeConfig {
  readonly subnet: string;
  /** Default: the second address after the subnet's own when the gateway is the first, else the first. */
  readonly rangeStart?: string;
  /** Default: the last before the broadcast address. */
  readonly rangeEnd?: string;
  /** Default: the first address of the subnet. */
  readonly gateway?: string;
}

/** The `ipam` part of a configuration: `{ "type": "host-local", "ranges": [[{ "subnet": "10.244.0.0/24" }]] }`. */
export interface HostLocalConfig {
  readonly type: "host-local";
  /** One address is taken of each set; a set's ranges are tried in order. */
  readonly ranges?: readonly (readonly RangeConfig[])[];
  /** The same as one set of one range. */
  readonly subnet?: string;
  readonly routes?: readonly { readonly dst: string; readonly gw?: string }[];
}

export interface Range {
  readonly start: number;
  readonly end: number;
  readonly gateway: number;
}

/** The sets of ranges of a network. Throws code 7 when they make no sense; only IPv4 is known. */
export function rangesOf(config: CniConfig): readonly (readonly Range[])[] {
  const ipam = config.ipam as HostLocalConfig | undefined;
  if (ipam?.type !== "host-local") {
    throw new CniError(7, "ipam.type must be host-local", `it is ${JSON.stringify(ipam?.type)}`);
  }
  const sets = ipam.ranges ?? (ipam.subnet === undefined ? [] : [[{ subnet: ipam.subnet }]]);
  if (sets.length === 0 || sets.some((set) => set.length === 0)) throw new CniError(7, "ipam has no ranges");
  return sets.map((set) => set.map(rangeOf));
}

function rangeOf(config: RangeConfig): Range {
  const { first, last, prefixLength } = parseSubnet(config.subnet);
  if (prefixLength > 30)
    throw new CniError(7, "subnet is too small", `${config.subnet} has no address for a container`);
  const gateway = config.gateway === undefined ? first + 1 : parseAddress(config.gateway);
  const start = config.rangeStart === undefined ? first + 1 : parseAddress(config.rangeStart);
  const end = config.rangeEnd === undefined ? last - 1 : parseAddress(config.rangeEnd);
  if (start <= first || end >= last || start > end) {
    const text = `${formatAddress(start)} to ${formatAddress(end)}`;
    throw new CniError(7, "range is not within its subnet", `${text} is not within ${config.subnet}`);
  }
  return { start, end, gateway };
}
