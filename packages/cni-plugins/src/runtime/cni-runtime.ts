import { type CniAnswer, type CniPlugins, dispatchCni } from "../agent/dispatch.ts";
import { CniError, type CniResult } from "../contract.ts";
import type { Attachment } from "../ipam/host-local.ts";
import { readResult, writeResult } from "../wire/result.ts";
import { findExecutable, runExecutable } from "./executable.ts";
import type { CniNetwork, CniPluginConfig } from "./network.ts";
import { createResultCache, type ResultCache } from "./result-cache.ts";

export interface CniRuntimeComponents {
  /** Plugins of this process by type; they win over executables. */
  readonly plugins: CniPlugins;
  /** What executables get besides the CNI variables: `process.env`, for its `PATH`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface CniRuntimeOptions {
  /** Where results are kept between ADD and DEL: `/var/lib/cni`. */
  readonly cacheDirectory: string;
  /** Where executables are: `["/opt/cni/bin"]`. */
  readonly binaryDirectories: readonly string[];
}

/** What is to be attached. */
export interface CniAttachment extends Attachment {
  /** Path of the network namespace; absent or empty when it is gone (DEL only). */
  readonly netns?: string;
  /** `CNI_ARGS`. */
  readonly args?: Readonly<Record<string, string>>;
  /** By capability: `{ portMappings: [...] }`; a plugin gets those that its configuration declares. */
  readonly capabilities?: Readonly<Record<string, unknown>>;
}

/**
 * Calls the chain of a network, as upstream's libcni does. Rejections are `CniError`s of the plugin that failed.
 * Calls for one attachment must not overlap.
 */
export interface CniRuntime {
  /** ADD in the order of the chain. When it rejects, call `del`. */
  add(network: CniNetwork, attachment: CniAttachment, signal?: AbortSignal): Promise<CniResult>;
  /** DEL in reverse order, with the result of ADD when it is known. */
  del(network: CniNetwork, attachment: CniAttachment, signal?: AbortSignal): Promise<void>;
  /** CHECK; does nothing when the network is older than 0.4.0 or says `disableCheck`. Code 7 without an ADD before. */
  check(network: CniNetwork, attachment: CniAttachment, signal?: AbortSignal): Promise<void>;
  /** Detaches what is known but not valid, then (from 1.1.0) calls GC; does nothing when the network says `disableGC`. */
  gc(network: CniNetwork, valid: readonly Attachment[], signal?: AbortSignal): Promise<void>;
  /** STATUS (from 1.1.0): rejects when an ADD would fail now. */
  status(network: CniNetwork, signal?: AbortSignal): Promise<void>;
  /** The versions that the plugin of a type understands. */
  version(type: string, signal?: AbortSignal): Promise<readonly string[]>;
}

type Call = (command: string, config: object, attachment?: CniAttachment, signal?: AbortSignal) => Promise<string>;

export function createCniRuntime(components: CniRuntimeComponents, options: CniRuntimeOptions): CniRuntime {
  const cache = createResultCache(options.cacheDirectory);
  const call = createCall(components, options);
  return {
    async add(network, attachment, signal) {
      let result: CniResult | undefined;
      for (const plugin of network.plugins) {
        const config = configOf(network, plugin, attachment, result);
        result = readResult(JSON.parse(await call("ADD", config, attachment, signal)));
      }
      await cache.put(network, cacheEntry(network, attachment, result!));
      return result!;
    },
    del: (network, attachment, signal) => detach(cache, call, network, attachment, signal),
    async check(network, attachment, signal) {
      if (network.disableCheck || isBefore(network, "0.4.0")) return;
      const cached = await cache.get(network, attachment.containerId, attachment.ifname);
      if (cached === undefined) throw new CniError(7, "the attachment is not known", attachment.containerId);
      for (const plugin of network.plugins) {
        await call("CHECK", configOf(network, plugin, attachment, cached.result), attachment, signal);
      }
    },
    async gc(network, valid, signal) {
      if (network.disableGC) return;
      const keep = new Set(valid.map(({ containerId, ifname }) => `${containerId}/${ifname}`));
      for (const { containerId, ifName, netns, cniArgs, capabilityArgs } of await cache.list(network)) {
        if (keep.has(`${containerId}/${ifName}`)) continue;
        const stale = { containerId, ifname: ifName, netns, args: cniArgs, capabilities: capabilityArgs };
        await detach(cache, call, network, stale, signal);
      }
      if (isBefore(network, "1.1.0")) return;
      const attachments = valid.map(({ containerId, ifname }) => ({ containerID: containerId, ifname }));
      for (const plugin of network.plugins) {
        const config = { ...configOf(network, plugin), "cni.dev/valid-attachments": attachments };
        await call("GC", config, undefined, signal);
      }
    },
    async status(network, signal) {
      if (isBefore(network, "1.1.0")) return;
      for (const plugin of network.plugins) await call("STATUS", configOf(network, plugin), undefined, signal);
    },
    async version(type, signal) {
      const answer = await call("VERSION", { cniVersion: "1.1.0", type }, undefined, signal);
      return (JSON.parse(answer) as { supportedVersions: readonly string[] }).supportedVersions;
    },
  };
}

/** One call of one plugin, in this process or as an executable. Resolves to its output. */
function createCall({ plugins, environment }: CniRuntimeComponents, { binaryDirectories }: CniRuntimeOptions): Call {
  const inherited = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
  return async (command, config, attachment, signal = new AbortController().signal) => {
    const { type } = config as { type: string };
    const variables = { CNI_COMMAND: command, CNI_PATH: binaryDirectories.join(":"), ...variablesOf(attachment) };
    const invocation = {
      environment: { ...(inherited as Record<string, string>), ...variables },
      input: JSON.stringify(config),
    };
    const answer = Object.hasOwn(plugins, type)
      ? await dispatchCni(plugins, invocation, signal)
      : await runExecutable(await findExecutable(type, binaryDirectories), invocation, signal);
    if (answer.exitCode !== 0) throw errorOf(type, answer);
    return answer.output;
  };
}

function variablesOf(attachment: CniAttachment | undefined): Record<string, string> {
  if (attachment === undefined) return {};
  const { containerId, ifname, netns = "", args = {} } = attachment;
  const CNI_ARGS = Object.entries(args)
    .map(([name, value]) => `${name}=${value}`)
    .join(";");
  return { CNI_CONTAINERID: containerId, CNI_IFNAME: ifname, CNI_NETNS: netns, CNI_ARGS };
}

function errorOf(type: string, { output }: CniAnswer): CniError {
  try {
    const { code = 999, msg = "", details } = JSON.parse(output) as { code?: number; msg?: string; details?: string };
    return new CniError(code, `plugin type=${JSON.stringify(type)} failed: ${msg}`, details);
  } catch {
    return new CniError(999, `plugin type=${JSON.stringify(type)} failed`, output.trim());
  }
}

/** What a plugin reads from standard input. */
function configOf(
  network: CniNetwork,
  plugin: CniPluginConfig,
  attachment?: CniAttachment,
  previous?: CniResult,
): Readonly<Record<string, unknown>> {
  const { name, cniVersion } = network;
  const wanted = Object.entries(attachment?.capabilities ?? {}).filter(([key]) => plugin.capabilities?.[key] === true);
  const runtimeConfig = wanted.length === 0 ? {} : { runtimeConfig: Object.fromEntries(wanted) };
  const prevResult = previous === undefined ? {} : { prevResult: writeResult(previous, cniVersion) };
  return { ...plugin, name, cniVersion, ...runtimeConfig, ...prevResult };
}

async function detach(
  cache: ResultCache,
  call: Call,
  network: CniNetwork,
  attachment: CniAttachment,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { containerId, ifname } = attachment;
  const cached = isBefore(network, "0.4.0") ? undefined : await cache.get(network, containerId, ifname);
  for (const plugin of network.plugins.toReversed()) {
    await call("DEL", configOf(network, plugin, attachment, cached?.result), attachment, signal);
  }
  await cache.delete(network, containerId, ifname);
}

function cacheEntry(
  network: CniNetwork,
  { containerId, ifname, netns = "", args = {}, capabilities = {} }: CniAttachment,
  result: CniResult,
): Parameters<ResultCache["put"]>[1] {
  const [networkName, ifName] = [network.name, ifname];
  return { networkName, containerId, ifName, netns, cniArgs: args, capabilityArgs: capabilities, result };
}

const isBefore = ({ cniVersion }: CniNetwork, version: string): boolean =>
  cniVersion.localeCompare(version, "en", { numeric: true }) < 0;
