import { CodedError } from "@pinnace/errors";

/** Addresses of one IPv4 range, handed out in order; freed ones come back last. The first two stay free. */
export class IpPool {
  readonly #base: number;
  readonly #size: number;
  readonly #used = new Set<number>();
  #next = 2;

  /** `cidr`: `10.244.1.0/24`. Throws `TypeError` when it is none. */
  constructor(cidr: string) {
    const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
    if (!match) throw new TypeError(`not an IPv4 range: ${cidr}`);
    const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
    this.#size = 2 ** (32 - bits);
    this.#base = Math.floor((a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / this.#size) * this.#size;
  }

  /** A free address; throws `CodedError` `UNKNOWN` when all are taken, as a CNI plugin would fail. */
  take(): string {
    for (let tried = 2; tried < this.#size - 1; tried++) {
      const offset = this.#next;
      this.#next = this.#next + 1 >= this.#size - 1 ? 2 : this.#next + 1;
      if (this.#used.has(offset)) continue;
      this.#used.add(offset);
      return text(this.#base + offset);
    }
    throw new CodedError("UNKNOWN", "failed to allocate for range 0: no IP addresses available in range set");
  }

  free(ip: string): void {
    const [a = 0, b = 0, c = 0, d = 0] = ip.split(".").map(Number);
    this.#used.delete(a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d - this.#base);
  }
}

function text(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
