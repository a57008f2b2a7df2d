import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CniResult } from "../contract.ts";
import { readResult } from "../wire/result.ts";
import type { CniNetwork } from "./network.ts";

/** What was attached, as upstream's libcni keeps it (kind `cniCacheV1`). */
interface CachedAttachment {
  readonly networkName: string;
  readonly containerId: string;
  readonly ifName: string;
  readonly netns: string;
  readonly cniArgs: Readonly<Record<string, string>>;
  readonly capabilityArgs: Readonly<Record<string, unknown>>;
  readonly result: CniResult;
}

interface CacheFile {
  readonly kind: string;
  readonly networkName: string;
  readonly containerId: string;
  readonly ifName: string;
  readonly netns?: string;
  readonly cniArgs?: readonly (readonly [string, string])[];
  readonly capabilityArgs?: Readonly<Record<string, unknown>>;
  readonly result: unknown;
}

/** Results by attachment, in files that libcni reads too (`results/<network>-<container>-<interface>`). */
export interface ResultCache {
  get(network: CniNetwork, containerId: string, ifname: string): Promise<CachedAttachment | undefined>;
  list(network: CniNetwork): Promise<readonly CachedAttachment[]>;
  put(network: CniNetwork, attachment: CachedAttachment): Promise<void>;
  delete(network: CniNetwork, containerId: string, ifname: string): Promise<void>;
}

export function createResultCache(cacheDirectory: string): ResultCache {
  const directory = join(cacheDirectory, "results");
  const pathOf = (network: string, container: string, ifname: string): string =>
    join(directory, `${network}-${container}-${ifname}`);
  const read = (path: string): Promise<CachedAttachment | undefined> => readCacheFile(path);
  return {
    get: (network, containerId, ifname) => read(pathOf(network.name, containerId, ifname)),
    async list(network) {
      const names = await readdir(directory).catch(whenMissing<string[]>([]));
      const own = names.filter((name) => name.startsWith(`${network.name}-`) && !name.endsWith(".new"));
      const all = await Promise.all(own.map((name) => read(join(directory, name))));
      return all.filter((each) => each?.networkName === network.name) as CachedAttachment[];
    },
    async put(network, attachment) {
      const path = pathOf(network.name, attachment.containerId, attachment.ifName);
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const config = Buffer.from(JSON.stringify(network)).toString("base64");
      const cniArgs = Object.entries(attachment.cniArgs);
      await writeFile(`${path}.new`, JSON.stringify({ kind: "cniCacheV1", ...attachment, cniArgs, config }));
      await rename(`${path}.new`, path);
    },
    delete: (network, containerId, ifname) => rm(pathOf(network.name, containerId, ifname), { force: true }),
  };
}

async function readCacheFile(path: string): Promise<CachedAttachment | undefined> {
  const text = await readFile(path, "utf8").catch(whenMissing<string | undefined>(undefined));
  if (text === undefined) return undefined;
  const file = JSON.parse(text) as CacheFile;
  const { networkName, containerId, ifName, netns = "", cniArgs = [], capabilityArgs = {}, result } = file;
  return {
    networkName,
    containerId,
    ifName,
    netns,
    cniArgs: Object.fromEntries(cniArgs),
    capabilityArgs,
    result: readResult(result),
  };
}

const whenMissing =
  <T>(value: T) =>
  (error: unknown): T => {
    if ((error as { code?: string }).code === "ENOENT") return value;
    throw error;
  };
