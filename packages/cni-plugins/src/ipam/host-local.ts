import { link, mkdir, readdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTurns } from "../agent/turns.ts";
import { type CniConfig, CniError } from "../contract.ts";
import { formatAddress } from "./address.ts";
import { type Range, rangesOf } from "./range.ts";

/** An interface of a container. */
export interface Attachment {
  readonly containerId: string;
  readonly ifname: string;
}

/** A leased address and the gateway of its range. */
export interface Lease {
  readonly address: string;
  readonly gateway: string;
}

/**
 * Addresses from the ranges of a network configuration. Leases are files (`<network>/<address>` holds the container's id
 * and the interface, as upstream's host-local writes them), made atomically, so that they survive the process and two
 * processes never hand out the same address.
 */
export interface HostLocalIpam {
  /**
   * One address of each set of ranges, the one after the last that was given, so that an address rests before it is used
   * again. Throws `CniError`: 7 (configuration), 4 (the attachment has a lease already), 50 (all addresses are taken).
   */
  allocate(config: CniConfig, attachment: Attachment): Promise<readonly Lease[]>;
  /** Addresses leased to an attachment. */
  find(config: CniConfig, attachment: Attachment): Promise<readonly string[]>;
  /** Gives back all addresses of an attachment; none is fine. */
  release(config: CniConfig, attachment: Attachment): Promise<void>;
  /** The attachments that have leases. */
  attachments(config: CniConfig): Promise<readonly Attachment[]>;
  /** Addresses that are left in the fullest set of ranges. */
  free(config: CniConfig): Promise<number>;
}

interface Network {
  readonly directory: string;
  /** Address to the attachment's key. */
  readonly leases: Map<string, string>;
  /** The address given last, by set. */
  readonly last: Map<number, number>;
}

const NEWLINE = "\r\n";
const keyOf = ({ containerId, ifname }: Attachment): string => `${containerId}${NEWLINE}${ifname}`;

/** Keeps leases below `directory`, one folder for each network. */
export function createHostLocalIpam({ directory }: { readonly directory: string }): HostLocalIpam {
  const networks = new Map<string, Promise<Network>>();
  const inTurn = createTurns();
  const within = <T>(config: CniConfig, work: (network: Network) => Promise<T>): Promise<T> =>
    inTurn(config.name, async () => {
      const loaded = networks.get(config.name) ?? load(join(directory, config.name));
      networks.set(config.name, loaded);
      loaded.catch(() => networks.delete(config.name));
      return work(await loaded);
    });
  return {
    allocate: (config, attachment) => within(config, (network) => allocate(network, rangesOf(config), attachment)),
    find: (config, attachment) => within(config, async (network) => addressesOf(network, keyOf(attachment))),
    release: (config, attachment) => within(config, (network) => release(network, keyOf(attachment))),
    attachments: (config) => within(config, async ({ leases }) => [...new Set(leases.values())].map(attachmentOf)),
    free: (config) =>
      within(config, async ({ leases }) =>
        Math.min(
          ...rangesOf(config).map((set) => [...candidates(set, 0)].filter((each) => !leases.has(each.text)).length),
        ),
      ),
  };
}

function attachmentOf(key: string): Attachment {
  const [containerId = "", ifname = ""] = key.split(NEWLINE);
  return { containerId, ifname };
}

const addressesOf = ({ leases }: Network, key: string): string[] =>
  [...leases].filter(([, owner]) => owner === key).map(([address]) => address);

async function load(directory: string): Promise<Network> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const network: Network = { directory, leases: new Map(), last: new Map() };
  for (const name of await readdir(directory)) {
    const text = (await readFile(join(directory, name), "utf8")).trim();
    if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) network.leases.set(name, text);
    else if (name.startsWith("last_reserved_ip.")) network.last.set(Number(name.slice(17)), Number(text));
    else if (name.startsWith(".new-")) await unlink(join(directory, name)); // of a process that was killed
  }
  return network;
}

async function allocate(
  network: Network,
  sets: readonly (readonly Range[])[],
  attachment: Attachment,
): Promise<readonly Lease[]> {
  const key = keyOf(attachment);
  if (addressesOf(network, key).length > 0) {
    throw new CniError(4, "the interface is attached already", `${attachment.containerId} ${attachment.ifname}`);
  }
  const leases: Lease[] = [];
  try {
    for (const [index, ranges] of sets.entries()) leases.push(await take(network, index, ranges, key));
  } catch (error) {
    await release(network, key);
    throw error;
  }
  return leases;
}

async function take(network: Network, set: number, ranges: readonly Range[], key: string): Promise<Lease> {
  for (const { value, text, gateway } of candidates(ranges, network.last.get(set) ?? 0)) {
    if (network.leases.has(text) || !(await writeLease(network, text, key))) continue;
    network.last.set(set, value);
    await writeFile(join(network.directory, `last_reserved_ip.${set}`), String(value));
    return { address: text, gateway: formatAddress(gateway) };
  }
  throw new CniError(50, "no IP addresses available in the range set", `all are taken below ${network.directory}`);
}

/** All addresses of the ranges but their gateways, starting after `last`. */
function* candidates(
  ranges: readonly Range[],
  last: number,
): Generator<{ value: number; text: string; gateway: number }> {
  const at = ranges.findIndex(({ start, end }) => start <= last && last <= end);
  const begin = Math.max(at, 0);
  for (let step = 0; step <= ranges.length; step += 1) {
    const { start, end, gateway } = ranges[(begin + step) % ranges.length]!;
    const from = step === 0 && at >= 0 ? last + 1 : start;
    const to = step === ranges.length ? Math.min(last, end) : end;
    for (let value = from; value <= to; value += 1) {
      if (value !== gateway) yield { value, text: formatAddress(value), gateway };
    }
  }
}

/** False when another process has it. The link makes name and content appear at once. */
async function writeLease(network: Network, address: string, key: string): Promise<boolean> {
  const draft = join(network.directory, `.new-${address}`);
  await writeFile(draft, key);
  try {
    await link(draft, join(network.directory, address));
    network.leases.set(address, key);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw error;
    network.leases.set(address, await readFile(join(network.directory, address), "utf8"));
    return false;
  } finally {
    await unlink(draft);
  }
}

async function release(network: Network, key: string): Promise<void> {
  for (const address of addressesOf(network, key)) {
    try {
      await unlink(join(network.directory, address));
    } catch (error) {
      if ((error as { code?: string }).code !== "ENOENT") throw error;
    }
    network.leases.delete(address);
  }
}
