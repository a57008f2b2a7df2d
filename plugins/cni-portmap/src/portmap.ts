import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Attachment,
  CNI_RESULT_VERSIONS,
  type CniComponents,
  type CniConfig,
  CniError,
  type CniPlugin,
  type CniRequest,
  type CniResult,
} from "@pinnace/cni-plugins";
import { messageOf } from "@pinnace/errors";
import { readMappings } from "./mappings.ts";
import { additionScript, type Element, elementsOf, removal, TABLE_REMOVAL } from "./rules.ts";

/** nftables refused. */
const REFUSED = 100;

/** Host ports by container; what was opened for each is kept in a file, so that it is closed whatever DEL is told. */
export function createPortmap({ stateDirectory, run }: CniComponents): CniPlugin {
  const records = join(stateDirectory, "ports");

  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: who closes the last port takes the table away. */
  const exclusive = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined); // told to whoever asked for it
    return done;
  };

  const open = async (request: CniRequest): Promise<CniResult> => {
    const { config, previous, signal } = request;
    const elements = elementsOf(readMappings(config, previous));
    const result = previous ?? { cniVersion: config.cniVersion, interfaces: [], ips: [], routes: [], dns: {} };
    if (elements.length === 0) return result;
    await mkdir(records, { recursive: true, mode: 0o700 });
    // Before the kernel is told: what is opened is always known.
    await writeFile(join(records, fileName(config, request)), JSON.stringify(elements));
    try {
      await run("nft", ["-f", "-"], { stdin: additionScript(elements), signal });
      for (const name of hostInterfaces(result))
        await run("sysctl", ["-q", "-w", `net.ipv4.conf.${name}.route_localnet=1`], { signal });
    } catch (error) {
      await close(fileName(config, request));
      throw new CniError(REFUSED, "cannot open host ports", messageOf(error));
    }
    return result;
  };

  const close = async (file: string): Promise<void> => {
    const text = await readFile(join(records, file), "utf8").catch(() => undefined); // nothing was opened
    if (text === undefined) return;
    for (const element of JSON.parse(text) as readonly Element[]) await remove(removal(element));
    await rm(join(records, file));
    if ((await readdir(records)).length === 0) await remove(TABLE_REMOVAL);
  };

  /** What is gone already is as good. */
  const remove = async (args: readonly string[]): Promise<void> => {
    await run("nft", args).catch((error: unknown) => {
      if (/No such file or directory/.test(messageOf(error))) return;
      throw new CniError(REFUSED, "cannot close a host port", messageOf(error));
    });
  };

  return {
    versions: CNI_RESULT_VERSIONS,
    add: (request) => exclusive(() => open(request)),
    del: ({ config, ...attachment }) => exclusive(() => close(fileName(config, attachment))),
    check: async ({ config, previous }) => void readMappings(config, previous),
    gc: async (config, valid) => {
      const keep = new Set(valid.map((each) => fileName(config, each)));
      const files = await readdir(records).catch(() => []); // nothing was ever opened
      for (const file of files.filter((each) => each.startsWith(`${config.name}.`) && !keep.has(each)))
        await exclusive(() => close(file));
    },
    status: async () => undefined,
  };
}

/** Those on the host's side, which may be asked for loopback addresses. */
const hostInterfaces = ({ interfaces }: CniResult): readonly string[] =>
  interfaces.filter(({ sandbox }) => !sandbox).map(({ name }) => name);

const fileName = ({ name }: CniConfig, { containerId, ifname }: Attachment): string =>
  `${name}.${containerId}.${ifname}.json`;
