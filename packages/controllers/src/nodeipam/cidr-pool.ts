import { type Cidr, formatCidr, parseCidr } from "@pinnace/apimachinery";

/** Hands out subnets of one size from a range. */
interface CidrPool {
  /** A free subnet, `10.244.3.0/24`; undefined when none is left. */
  next(): string | undefined;
  /** Takes a subnet that somebody has already; false when it is not of this pool. */
  occupy(subnet: string): boolean;
  release(subnet: string): void;
}

/** A pool of subnets with `maskSize` bits in `range`. Throws `TypeError` when the range is none or too small. */
export function createCidrPool(range: string, maskSize: number): CidrPool {
  const cidr = rangeOf(range, maskSize);
  const count = 2 ** Math.min(maskSize - cidr.prefix, 24);
  const shift = BigInt((cidr.ip.version === 4 ? 32 : 128) - maskSize);
  const used = new Set<number>();
  let candidate = 0;
  const indexOf = (subnet: string): number | undefined => {
    const parsed = parseCidr(subnet);
    if (parsed === undefined || parsed.prefix !== maskSize || parsed.ip.version !== cidr.ip.version) return undefined;
    const index = Number((parsed.ip.value - cidr.ip.value) >> shift);
    return index >= 0 && index < count ? index : undefined;
  };
  return {
    next: () => {
      for (let tried = 0; tried < count; tried++) {
        const index = (candidate + tried) % count;
        if (used.has(index)) continue;
        used.add(index);
        candidate = (index + 1) % count;
        const value = cidr.ip.value + (BigInt(index) << shift);
        return formatCidr({ ...cidr, ip: { ...cidr.ip, value }, prefix: maskSize });
      }
      return undefined;
    },
    occupy: (subnet) => {
      const index = indexOf(subnet);
      if (index !== undefined) used.add(index);
      return index !== undefined;
    },
    release: (subnet) => {
      const index = indexOf(subnet);
      if (index !== undefined) used.delete(index);
    },
  };
}

function rangeOf(range: string, maskSize: number): Cidr {
  const cidr = parseCidr(range);
  if (cidr === undefined || cidr.hostBits) throw new TypeError(`the cluster CIDR ${range} is no network`);
  if (cidr.prefix > maskSize) throw new TypeError(`the cluster CIDR ${range} has no room for subnets of /${maskSize}`);
  return cidr;
}
