import { type Cidr, cidrContains, formatIp, type IpAddress, parseCidr, parseIp } from "@pinnace/apimachinery";
import { CodedError } from "@pinnace/errors";

/** Why an address was refused, in upstream's words. */
type IpRefusal =
  | "the provided network does not match the current range"
  | "provided IP is already allocated"
  | "range is full";

/** After this many taken picks at random the range is searched in order. */
const RANDOM_PICKS = 64;

/** Hands out the addresses of one IPv4 range. The network's own and the last address are never given. */
export class IpAllocator {
  readonly #cidr: Cidr;
  readonly #base: number;
  readonly #count: number;
  readonly #random: () => number;
  /** Offsets that are taken, with how many hold them. */
  readonly #taken = new Set<number>();

  constructor(range: string, random: () => number) {
    const cidr = parseCidr(range);
    const base = cidr === undefined ? undefined : parseIp(range.split("/")[0]!);
    const prefix = Number(range.split("/")[1]);
    if (cidr === undefined || base === undefined || base.version !== 4 || prefix > 30)
      throw new CodedError("INVALID_SERVICE_CIDR", `${range} is no IPv4 range of at least four addresses`, {
        remedy: "use a range such as 10.96.0.0/16",
      });
    this.#cidr = cidr;
    this.#base = toNumber(range.split("/")[0]!);
    this.#count = 2 ** (32 - prefix) - 2;
    this.#random = random;
  }

  /** The first address: the `kubernetes` Service's. */
  get first(): string {
    return toText(this.#base + 1);
  }

  /** Takes one address; undefined when it is taken now, else why not. */
  take(ip: string): IpRefusal | undefined {
    const parsed: IpAddress | undefined = parseIp(ip);
    if (parsed === undefined || !cidrContains(this.#cidr, parsed))
      return "the provided network does not match the current range";
    const offset = toNumber(formatIp(parsed)) - this.#base;
    if (this.#taken.has(offset)) return "provided IP is already allocated";
    this.#taken.add(offset);
    return undefined;
  }

  /** Takes any address, from the upper part of the range first so that the lower stays for those who ask for one. */
  takeAny(): string | undefined {
    const reserved = Math.min(Math.max(16, Math.floor(this.#count / 16)), 256);
    const low = this.#count > reserved * 2 ? reserved : 0;
    for (let pick = 0; pick < RANDOM_PICKS; pick += 1) {
      const offset = 1 + low + Math.floor(this.#random() * (this.#count - low));
      if (!this.#taken.has(offset)) return this.#give(offset);
    }
    for (let step = 0; step < this.#count; step += 1) {
      const offset = 1 + ((low + step) % this.#count);
      if (!this.#taken.has(offset)) return this.#give(offset);
    }
    return undefined;
  }

  release(ip: string): void {
    this.#taken.delete(toNumber(ip) - this.#base);
  }

  #give(offset: number): string {
    this.#taken.add(offset);
    return toText(this.#base + offset);
  }
}

function toNumber(ip: string): number {
  return ip.split(".").reduce((value, part) => value * 256 + Number(part), 0);
}

function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
