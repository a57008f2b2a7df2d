import {
  type Cidr,
  cidrContains,
  formatCidr,
  formatIp,
  type IpAddress,
  parseCidr,
  parseIp,
  quoteGo,
} from "@pinnace/apimachinery";
import { declare, type FunctionDeclaration, member, overload } from "../../check/declarations.ts";
import { BOOL, type CelType, INT, opaqueType, STRING } from "../../types/cel-type.ts";
import { NO_SUCH_OVERLOAD } from "../../values/compare.ts";
import { CelError, type CelValue, OpaqueValue } from "../../values/value.ts";
import { addressFlaw } from "./address-text.ts";

export const IP: CelType = opaqueType("net.IP");
export const CIDR: CelType = opaqueType("net.CIDR");

const sameAddress = (a: IpAddress, b: IpAddress): boolean => a.version === b.version && a.value === b.value;

/** `ip("10.0.0.1")`. */
class IpValue extends OpaqueValue {
  readonly type: CelType = IP;
  readonly ip: IpAddress;
  override readonly byteSize: number;

  constructor(ip: IpAddress) {
    super();
    this.ip = ip;
    this.byteSize = ip.version === 4 ? 4 : 16;
  }

  equals(other: CelValue): boolean | CelError {
    return other instanceof IpValue ? sameAddress(this.ip, other.ip) : NO_SUCH_OVERLOAD;
  }
}

/** `cidr("10.0.0.0/8")`; the address keeps its host bits. */
class CidrValue extends OpaqueValue {
  readonly type: CelType = CIDR;
  readonly cidr: Cidr;
  override readonly byteSize: number;

  constructor(cidr: Cidr) {
    super();
    this.cidr = cidr;
    this.byteSize = Math.ceil(cidr.prefix / 8);
  }

  equals(other: CelValue): boolean | CelError {
    if (!(other instanceof CidrValue)) return NO_SUCH_OVERLOAD;
    return this.cidr.prefix === other.cidr.prefix && sameAddress(this.cidr.ip, other.cidr.ip);
  }
}

function readIp(text: string): IpAddress | CelError {
  const flaw = addressFlaw(text);
  if (flaw !== undefined) {
    return new CelError(`IP Address ${quoteGo(text)} parse error during conversion from string: ${flaw}`);
  }
  if (text.includes("%")) return new CelError(`IP address ${quoteGo(text)} with zone value is not allowed`);
  const ip = parseIp(text) as IpAddress;
  return ip.mapped ? new CelError(`IPv4-mapped IPv6 address ${quoteGo(text)} is not allowed`) : ip;
}

function prefixFlaw(text: string): string | undefined {
  const slash = text.lastIndexOf("/");
  if (slash < 0) return "no '/'";
  const [address, bits] = [text.slice(0, slash), text.slice(slash + 1)];
  const flaw = addressFlaw(address);
  if (flaw !== undefined) return flaw;
  if (address.includes("%")) return "IPv6 zones cannot be present in a prefix";
  if (!/^[0-9]+$/.test(bits) || (bits.length > 1 && bits.startsWith("0")))
    return `bad bits after slash: ${quoteGo(bits)}`;
  return Number(bits) > (address.includes(":") ? 128 : 32) ? "prefix length out of range" : undefined;
}

function readCidr(text: string): Cidr | CelError {
  const flaw = prefixFlaw(text);
  if (flaw !== undefined) {
    const reason = `netip.ParsePrefix(${quoteGo(text)}): ${flaw}`;
    return new CelError(`network address parse error during conversion from string: ${reason}`);
  }
  const cidr = parseCidr(text);
  const mapped = cidr === undefined || cidr.ip.mapped;
  return mapped ? new CelError(`IPv4-mapped IPv6 address ${quoteGo(text)} is not allowed`) : cidr;
}

function toIp(text: CelValue): CelValue {
  const ip = readIp(text as string);
  return ip instanceof CelError ? ip : new IpValue(ip);
}

function toCidr(text: CelValue): CelValue {
  const cidr = readCidr(text as string);
  if (!(cidr instanceof CelError)) return new CidrValue(cidr);
  return new CelError(`network address parse error during conversion from string: ${cidr.message}`);
}

/** The text of the address as it was given, host bits and all. */
function cidrText({ ip, prefix }: Cidr): string {
  return `${formatIp(ip)}/${prefix}`;
}

/** Ranges of addresses by what they are for. */
const RANGES = {
  loopback: ["127.0.0.0/8", "::1/128"],
  linkLocalMulticast: ["224.0.0.0/24"],
  multicast: ["224.0.0.0/4", "ff00::/8"],
  linkLocalUnicast: ["169.254.0.0/16", "fe80::/10"],
} as const;

const isIn = (range: keyof typeof RANGES, ip: IpAddress): boolean =>
  RANGES[range].some((text) => cidrContains(parseCidr(text) as Cidr, ip));

function isLinkLocalMulticast(ip: IpAddress): boolean {
  if (ip.version === 4) return isIn("linkLocalMulticast", ip);
  return ((ip.value >> 112n) & 0xff0fn) === 0xff02n;
}

function isGlobalUnicast(ip: IpAddress): boolean {
  const broadcast = ip.version === 4 && ip.value === 0xffffffffn;
  const local = isIn("loopback", ip) || isIn("multicast", ip) || isIn("linkLocalUnicast", ip);
  return ip.value !== 0n && !broadcast && !local;
}

const ipOf = (value: CelValue | undefined): IpAddress => (value as IpValue).ip;
const cidrOf = (value: CelValue | undefined): Cidr => (value as CidrValue).cidr;

function property(name: string, id: string, test: (ip: IpAddress) => boolean): FunctionDeclaration {
  return declare(name, [member(id, [IP], BOOL, (value) => test(ipOf(value)))]);
}

/** The network lies within the other one. */
function containsNetwork(outer: Cidr, inner: Cidr): boolean {
  return outer.prefix <= inner.prefix && cidrContains(outer, inner.ip);
}

const IP_FUNCTIONS: readonly FunctionDeclaration[] = [
  declare("ip", [
    overload("string_to_ip", [STRING], IP, (text) => toIp(text as CelValue)),
    member("cidr_ip", [CIDR], IP, (cidr) => new IpValue(cidrOf(cidr).ip)),
  ]),
  declare("family", [member("ip_family", [IP], INT, (ip) => BigInt(ipOf(ip).version))]),
  declare("ip.isCanonical", [
    overload("ip_is_canonical", [STRING], BOOL, (text) => {
      const ip = readIp(text as string);
      return ip instanceof CelError ? ip : formatIp(ip) === text;
    }),
  ]),
  property("isUnspecified", "ip_is_unspecified", (ip) => ip.value === 0n),
  property("isLoopback", "ip_is_loopback", (ip) => isIn("loopback", ip)),
  property("isLinkLocalMulticast", "ip_is_link_local_multicast", isLinkLocalMulticast),
  property("isLinkLocalUnicast", "ip_is_link_local_unicast", (ip) => isIn("linkLocalUnicast", ip)),
  property("isGlobalUnicast", "ip_is_global_unicast", isGlobalUnicast),
  declare("isIP", [overload("is_ip", [STRING], BOOL, (text) => !(readIp(text as string) instanceof CelError))]),
  declare("string", [
    overload("ip_to_string", [IP], STRING, (ip) => formatIp(ipOf(ip))),
    overload("cidr_to_string", [CIDR], STRING, (cidr) => cidrText(cidrOf(cidr))),
  ]),
];

const hasIp = (outer: Cidr, ip: CelValue): boolean => cidrContains(outer, ipOf(ip));
const hasCidr = (outer: Cidr, cidr: CelValue): boolean => containsNetwork(outer, cidrOf(cidr));

const CIDR_FUNCTIONS: readonly FunctionDeclaration[] = [
  declare("cidr", [overload("string_to_cidr", [STRING], CIDR, (text) => toCidr(text as CelValue))]),
  declare("containsIP", [
    member("cidr_contains_ip_string", [CIDR, STRING], BOOL, (cidr, text) => {
      const ip = toIp(text as CelValue);
      // Upstream forgets here why the text is no address.
      return ip instanceof CelError ? NO_SUCH_OVERLOAD : hasIp(cidrOf(cidr), ip);
    }),
    member("cidr_contains_ip_ip", [CIDR, IP], BOOL, (cidr, ip) => hasIp(cidrOf(cidr), ip as CelValue)),
  ]),
  declare("containsCIDR", [
    member("cidr_contains_cidr_string", [CIDR, STRING], BOOL, (cidr, text) => {
      const other = toCidr(text as CelValue);
      return other instanceof CelError ? other : hasCidr(cidrOf(cidr), other);
    }),
    member("cidr_contains_cidr", [CIDR, CIDR], BOOL, (cidr, other) => hasCidr(cidrOf(cidr), other as CelValue)),
  ]),
  declare("prefixLength", [member("cidr_prefix_length", [CIDR], INT, (cidr) => BigInt(cidrOf(cidr).prefix))]),
  declare("masked", [
    member("cidr_masked", [CIDR], CIDR, (cidr) => new CidrValue(parseCidr(formatCidr(cidrOf(cidr))) as Cidr)),
  ]),
  declare("isCIDR", [overload("is_cidr", [STRING], BOOL, (text) => !(readCidr(text as string) instanceof CelError))]),
];

/** IP addresses and networks. */
export const ADDRESSES: readonly FunctionDeclaration[] = [...IP_FUNCTIONS, ...CIDR_FUNCTIONS];
