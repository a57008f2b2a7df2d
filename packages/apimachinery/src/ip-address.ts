/** An IPv4 or IPv6 address. IPv4-mapped IPv6 (`::ffff:1.2.3.4`) counts as version 4 with `mapped`, as in Go. */
export interface IpAddress {
  readonly version: 4 | 6;
  /** The address as one number of 32 or 128 bits. */
  readonly value: bigint;
  /** Written as an IPv4-mapped IPv6 address. */
  readonly mapped: boolean;
}

export interface Cidr {
  readonly ip: IpAddress;
  /** Prefix length: 0 to 32 or 128. */
  readonly prefix: number;
  /** True when the address has bits beyond the prefix. */
  readonly hostBits: boolean;
}

/** `sloppy` accepts leading zeros in IPv4 octets and prefix lengths (as decimals), which old API fields must. */
export interface IpOptions {
  readonly sloppy?: boolean;
}

/** The address in a text, or undefined. Zones (`%eth0`) are refused. */
export function parseIp(text: string, options: IpOptions = {}): IpAddress | undefined {
  return text.includes(":") ? parseIpv6(text, options) : parseIpv4(text, options);
}

function parseIpv4(text: string, options: IpOptions): IpAddress | undefined {
  const octets = text.split(".");
  if (octets.length !== 4) return undefined;
  let value = 0;
  for (const octet of octets) {
    const number = parseDecimal(octet, 255, options);
    if (number === undefined) return undefined;
    value = value * 256 + number;
  }
  return { version: 4, value: BigInt(value), mapped: false };
}

function parseDecimal(text: string, max: number, options: IpOptions): number | undefined {
  if (!/^[0-9]{1,10}$/.test(text) || (!options.sloppy && text.length > 1 && text.startsWith("0"))) return undefined;
  const number = Number(text);
  return number <= max ? number : undefined;
}

function parseIpv6(text: string, options: IpOptions): IpAddress | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] as string, halves.length === 1, options);
  const tail = halves.length === 2 ? groupsOf(halves[1] as string, true, options) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const value = groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
  if (value >> 32n === 0xffffn) return { version: 4, value: value & 0xffffffffn, mapped: true };
  return { version: 6, value, mapped: false };
}

/** The 16-bit groups of one side of `::`; the last may be a dotted IPv4 address when `last`. */
function groupsOf(text: string, last: boolean, options: IpOptions): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (last && index === parts.length - 1 && part.includes(".")) {
      const ipv4 = parseIpv4(part, options);
      if (ipv4 === undefined) return undefined;
      groups.push(Number(ipv4.value >> 16n), Number(ipv4.value & 0xffffn));
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** The network in a text such as `10.0.0.0/8`, or undefined. */
export function parseCidr(text: string, options: IpOptions = {}): Cidr | undefined {
  const slash = text.indexOf("/");
  if (slash < 0) return undefined;
  const ip = parseIp(text.slice(0, slash), options);
  if (ip === undefined) return undefined;
  const written = parseDecimal(text.slice(slash + 1), ip.mapped ? 128 : bitsOf(ip), options);
  const prefix = written === undefined || !ip.mapped ? written : written - 96;
  if (prefix === undefined || prefix < 0) return undefined;
  return { ip, prefix, hostBits: networkOf(ip, prefix) !== ip.value };
}

function bitsOf(ip: IpAddress): number {
  return ip.version === 4 ? 32 : 128;
}

function networkOf(ip: IpAddress, prefix: number): bigint {
  const host = BigInt(bitsOf(ip) - prefix);
  return (ip.value >> host) << host;
}

/** The canonical text: dotted decimal, or RFC 5952. */
export function formatIp(ip: IpAddress): string {
  if (ip.version === 4) {
    const value = Number(ip.value);
    return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join(".");
  }
  const groups = Array.from({ length: 8 }, (_, index) => Number((ip.value >> BigInt(112 - index * 16)) & 0xffffn));
  const [start, length] = longestZeroRun(groups);
  const hex = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(":");
  return length < 2 ? hex(0, 8) : `${hex(0, start)}::${hex(start + length, 8)}`;
}

function longestZeroRun(groups: readonly number[]): readonly [number, number] {
  let best: readonly [number, number] = [0, 0];
  let start = 0;
  for (let at = 0; at < groups.length; at++) {
    if (groups[at] !== 0) start = at + 1;
    else if (at + 1 - start > best[1]) best = [start, at + 1 - start];
  }
  return best;
}

/** `10.0.0.0/8`: the network's address and the prefix length. */
export function formatCidr(cidr: Cidr): string {
  return `${formatIp({ ...cidr.ip, value: networkOf(cidr.ip, cidr.prefix) })}/${cidr.prefix}`;
}

/** True when the address lies in the network. */
export function cidrContains(cidr: Cidr, ip: IpAddress): boolean {
  return cidr.ip.version === ip.version && networkOf(ip, cidr.prefix) === networkOf(cidr.ip, cidr.prefix);
}
