import { CniError } from "../contract.ts";

/** `10.244.0.1` as a number. Throws code 7. */
export function parseAddress(text: string): number {
  const parts = text.split(".").map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : Number.NaN));
  if (parts.length !== 4 || !parts.every((part) => part <= 255)) {
    throw new CniError(7, "invalid IPv4 address", JSON.stringify(text));
  }
  return parts.reduce((value, part) => value * 256 + part, 0);
}

export const formatAddress = (value: number): string =>
  [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join(".");

interface Subnet {
  /** The network's own address. */
  readonly first: number;
  /** The broadcast address. */
  readonly last: number;
  readonly prefixLength: number;
}

/** `10.244.0.0/24`; bits after the prefix are ignored. Throws code 7. */
export function parseSubnet(text: string): Subnet {
  const [address = "", length = ""] = text.split("/");
  const prefixLength = /^\d{1,2}$/.test(length) ? Number(length) : Number.NaN;
  if (!(prefixLength >= 0 && prefixLength <= 32)) throw new CniError(7, "invalid IPv4 subnet", JSON.stringify(text));
  const size = 2 ** (32 - prefixLength);
  const first = Math.floor(parseAddress(address) / size) * size;
  return { first, last: first + size - 1, prefixLength };
}
