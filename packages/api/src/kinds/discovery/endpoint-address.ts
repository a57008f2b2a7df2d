import { invalidValue, parseIp } from "@pinnace/apimachinery";
import type { Rule } from "../rules/rule.ts";

interface Range {
  readonly holds: (version: 4 | 6, value: bigint) => boolean;
  readonly message: (address: string) => string;
}

function prefix(
  v4: readonly [bits: bigint, shift: bigint],
  v6: readonly [bits: bigint, shift: bigint],
): Range["holds"] {
  return (version, value) => {
    const [bits, shift] = version === 4 ? v4 : v6;
    return value >> shift === bits;
  };
}

/** Addresses that an endpoint cannot have. */
const RANGES: readonly Range[] = [
  { holds: (_, value) => value === 0n, message: (address) => `may not be unspecified (${address})` },
  {
    holds: prefix([127n, 24n], [1n, 0n]),
    message: () => "may not be in the loopback range (127.0.0.0/8, ::1/128)",
  },
  {
    holds: prefix([0xa9fen, 16n], [0xfe80n >> 6n, 118n]),
    message: () => "may not be in the link-local range (169.254.0.0/16, fe80::/10)",
  },
  {
    holds: (version, value) => (version === 4 ? value >> 8n === 0xe00000n : ((value >> 112n) & 0xff0fn) === 0xff02n),
    message: () => "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)",
  },
];

/** An address that traffic can be sent to: specific, not loopback, not link-local. */
export const endpointIp: Rule = (value, path, errors) => {
  const ip = parseIp(String(value ?? ""), { sloppy: true });
  if (ip === undefined) return void errors.push(invalidValue(path, value, "must be a valid IP address"));
  for (const range of RANGES) {
    if (range.holds(ip.version, ip.value)) errors.push(invalidValue(path, value, range.message(value)));
  }
};
