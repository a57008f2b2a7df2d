import { deepStrictEqual, ok, rejects } from "node:assert/strict";
import { dispatchCni } from "../agent/dispatch.ts";
import { type CniConfig, type CniPlugin, type CniRequest, type CniResult, isCniError } from "../contract.ts";
import { writeResult } from "../wire/result.ts";
import type { RecordingHost } from "./recording-host.ts";

/** What a case works with: one plugin on a host of its own, and requests that differ in the container only. */
export interface ComplianceContext {
  readonly plugin: CniPlugin;
  readonly host: RecordingHost;
  readonly config: CniConfig;
  /** A request for the container `compliance-<number>`. */
  request(number: number, change?: Partial<CniRequest>): CniRequest;
}

/** One behaviour of the contract. */
export interface ComplianceCase {
  readonly name: string;
  run(context: ComplianceContext): Promise<void>;
}

const addresses = (result: CniResult): readonly string[] => result.ips.map((ip) => ip.address);

/** More than a `/24` has, so that a plugin that keeps addresses runs out. */
const MANY = 260;

const MISSING = 'Cannot find device "veth0"';

export const CNI_PLUGIN_CASES: readonly ComplianceCase[] = [
  {
    name: "understands the current version of the spec",
    run: async ({ plugin, config }) => ok(plugin.versions.includes(config.cniVersion), plugin.versions.join(", ")),
  },
  {
    name: "answers ADD with a result that every version of the spec can say",
    run: async ({ plugin, request }) => {
      const result = await plugin.add(request(1));
      for (const version of plugin.versions) {
        const written = writeResult(result, version);
        deepStrictEqual(JSON.parse(JSON.stringify(written)), written);
      }
    },
  },
  {
    name: "points from addresses to interfaces that are there",
    run: async ({ plugin, request }) => {
      const { ips, interfaces } = await plugin.add(request(1));
      for (const ip of ips) ok(ip.interface === undefined || interfaces[ip.interface] !== undefined, ip.address);
    },
  },
  {
    name: "gives different containers different addresses, also at the same time",
    run: async ({ plugin, request }) => {
      const results = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((each) => plugin.add(request(each))));
      const all = results.flatMap(addresses).filter((address) => !address.startsWith("127."));
      deepStrictEqual(all.length, new Set(all).size);
    },
  },
  {
    name: "gives back on DEL what it took on ADD",
    run: async ({ plugin, request }) => {
      for (let each = 0; each < MANY; each += 1) {
        const previous = await plugin.add(request(each));
        await plugin.del(request(each, { previous }));
      }
    },
  },
  {
    name: "accepts a second DEL, and one for a container that it never saw",
    run: async ({ plugin, host, request }) => {
      const previous = await plugin.add(request(1));
      await plugin.del(request(1, { previous }));
      host.failWith(MISSING);
      await plugin.del(request(1, { previous }));
      await plugin.del(request(2));
    },
  },
  {
    name: "accepts DEL without a namespace",
    run: async ({ plugin, request }) => {
      const previous = await plugin.add(request(1));
      await plugin.del(request(1, { previous, netns: undefined }));
    },
  },
  {
    name: "keeps nothing of an ADD that failed",
    run: async ({ plugin, host, request }) => {
      for (let each = 0; each < MANY; each += 1) {
        host.failWith("Operation not permitted");
        const failed = await plugin.add(request(each)).then(
          () => false,
          () => true,
        );
        host.failWith(failed ? MISSING : undefined);
        await plugin.del(request(each));
      }
      host.failWith(undefined);
      await plugin.add(request(MANY));
    },
  },
  {
    name: "fails with errors that carry a code",
    run: async ({ plugin, host, request }) => {
      host.failWith("Operation not permitted");
      const failure = await plugin.add(request(1)).then(
        () => undefined,
        (error: unknown) => error,
      );
      ok(failure === undefined || isCniError(failure), String(failure));
    },
  },
  {
    name: "keeps valid attachments on GC and frees all others",
    run: async ({ plugin, config, request }) => {
      const kept = await plugin.add(request(1));
      await plugin.add(request(2));
      const { signal } = new AbortController();
      await plugin.gc(config, [{ containerId: request(1).containerId, ifname: request(1).ifname }], signal);
      await plugin.gc(config, [{ containerId: request(1).containerId, ifname: request(1).ifname }], signal);
      const again = await plugin.add(request(2));
      for (const address of addresses(again)) {
        ok(address.startsWith("127.") || !addresses(kept).includes(address), `${address} was given twice`);
      }
      await plugin.del(request(1, { previous: kept }));
    },
  },
  {
    name: "is ready when nothing is attached",
    run: ({ plugin, config }) => plugin.status(config, new AbortController().signal),
  },
  {
    name: "answers through the protocol, and tells its versions",
    run: async ({ plugin, config }) => {
      const plugins = { [config.type]: plugin };
      const call = (command: string): ReturnType<typeof dispatchCni> => {
        const attachment = { CNI_CONTAINERID: "compliance-1", CNI_NETNS: "/run/netns/compliance", CNI_IFNAME: "eth0" };
        const environment = { CNI_COMMAND: command, ...attachment };
        return dispatchCni(plugins, { environment, input: JSON.stringify(config) }, new AbortController().signal);
      };
      const version = JSON.parse((await call("VERSION")).output) as { supportedVersions: readonly string[] };
      deepStrictEqual(version.supportedVersions, plugin.versions);
      const add = await call("ADD");
      deepStrictEqual(add.exitCode, 0, add.output);
      deepStrictEqual((JSON.parse(add.output) as { cniVersion: string }).cniVersion, config.cniVersion);
      deepStrictEqual(await call("DEL"), { exitCode: 0, output: "" });
    },
  },
  {
    name: "stops when it is told to",
    run: async ({ plugin, host, request }) => {
      const before = host.runs.length;
      await plugin.add(request(1));
      if (host.runs.length === before) return; // it runs nothing that could be stopped
      await rejects(plugin.add(request(2, { signal: AbortSignal.abort() })));
    },
  },
];
