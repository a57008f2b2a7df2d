import { messageOf } from "@pinnace/errors";
import { type CniConfig, CniError, type CniPlugin, type CniRequest, isCniError } from "../contract.ts";
import { checkContainerId, checkInterfaceName, parseArgs } from "../wire/attachment-name.ts";
import { readResult, writeResult } from "../wire/result.ts";

/** What an executable gets: its environment and its standard input. */
export interface CniInvocation {
  readonly environment: Readonly<Record<string, string>>;
  readonly input: string;
}

/** What an executable gives: its exit code and its standard output. */
export interface CniAnswer {
  readonly exitCode: number;
  readonly output: string;
}

/** Plugins by their `type`. */
export type CniPlugins = Readonly<Record<string, CniPlugin>>;

/** Failures that are no {@link CniError}: a bug of the plugin. */
const INTERNAL = 999;

/**
 * Serves one call of the CNI protocol (spec 1.1.0, section 2) with a plugin in this process, chosen by the `type` in the
 * configuration. Never rejects: failures are answers, with exit code 1 and the error as JSON.
 */
export async function dispatchCni(
  plugins: CniPlugins,
  { environment, input }: CniInvocation,
  signal: AbortSignal,
): Promise<CniAnswer> {
  let cniVersion = "1.0.0";
  try {
    const config = readConfig(input);
    cniVersion = config.cniVersion;
    const answer = await serve(plugins, environment, config, signal);
    return { exitCode: 0, output: answer === undefined ? "" : JSON.stringify(answer) };
  } catch (error) {
    const { code, message, details } = isCniError(error) ? error : new CniError(INTERNAL, messageOf(error));
    const body = { cniVersion, code, msg: message, ...(details === undefined ? {} : { details }) };
    return { exitCode: 1, output: JSON.stringify(body) };
  }
}

function readConfig(input: string): CniConfig {
  let config: unknown;
  try {
    config = JSON.parse(input);
  } catch (error) {
    throw new CniError(6, "failed to decode the network configuration", messageOf(error));
  }
  if (typeof config !== "object" || config === null) {
    throw new CniError(6, "failed to decode the network configuration", "it must be an object");
  }
  return { cniVersion: "0.1.0", ...config } as CniConfig;
}

async function serve(
  plugins: CniPlugins,
  environment: CniInvocation["environment"],
  config: CniConfig,
  signal: AbortSignal,
): Promise<object | undefined> {
  const command = environment.CNI_COMMAND ?? "";
  if (command === "VERSION") return { cniVersion: config.cniVersion, supportedVersions: versionsOf(plugins, config) };
  const plugin = pluginOf(plugins, config);
  if (command === "STATUS") return nothing(plugin.status(config, signal));
  if (command === "GC") return nothing(plugin.gc(config, validAttachments(config), signal));
  if (command !== "ADD" && command !== "DEL" && command !== "CHECK") {
    throw new CniError(4, `unknown CNI_COMMAND: ${command}`);
  }
  const request = requestOf(command, environment, config, signal);
  if (command === "ADD") return writeResult(await plugin.add(request), config.cniVersion);
  if (command === "DEL") return nothing(plugin.del(request));
  if (request.previous === undefined) throw new CniError(7, "CHECK needs a prevResult");
  return nothing(plugin.check(request));
}

async function nothing(work: Promise<void>): Promise<undefined> {
  await work;
  return undefined;
}

/** VERSION need not say for which type it asks; then the versions are those that every plugin understands. */
function versionsOf(plugins: CniPlugins, config: CniConfig): readonly string[] {
  const one = plugins[config.type];
  if (one !== undefined) return one.versions;
  const [first, ...others] = Object.values(plugins);
  return (first?.versions ?? []).filter((version) => others.every((plugin) => plugin.versions.includes(version)));
}

function pluginOf(plugins: CniPlugins, config: CniConfig): CniPlugin {
  if (typeof config.name !== "string" || !/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(config.name)) {
    throw new CniError(7, "missing or invalid network name", `name ${JSON.stringify(config.name)}`);
  }
  const plugin = Object.hasOwn(plugins, config.type) ? plugins[config.type] : undefined;
  if (plugin === undefined) {
    const there = Object.keys(plugins).join(", ");
    throw new CniError(7, `plugin type ${JSON.stringify(config.type)} is not known to the agent`, `it has: ${there}`);
  }
  if (plugin.versions.includes(config.cniVersion)) return plugin;
  const supported = JSON.stringify(plugin.versions);
  throw new CniError(1, "incompatible CNI versions", `config is "${config.cniVersion}", plugin supports ${supported}`);
}

function validAttachments(config: CniConfig): { containerId: string; ifname: string }[] {
  const entries = (config["cni.dev/valid-attachments"] ?? []) as readonly { containerID: string; ifname: string }[];
  return entries.map(({ containerID, ifname }) => ({ containerId: containerID, ifname }));
}

function requestOf(
  command: "ADD" | "DEL" | "CHECK",
  environment: CniInvocation["environment"],
  config: CniConfig,
  signal: AbortSignal,
): CniRequest {
  const needed = ["CNI_CONTAINERID", "CNI_IFNAME", ...(command === "DEL" ? [] : ["CNI_NETNS"])];
  const missing = needed.filter((name) => !environment[name]);
  if (missing.length > 0) throw new CniError(4, `required env variables [${missing.join(",")}] missing`);
  const [containerId, ifname] = [environment.CNI_CONTAINERID!, environment.CNI_IFNAME!];
  checkContainerId(containerId);
  checkInterfaceName(ifname);
  const { prevResult, ...own } = config;
  return {
    containerId,
    netns: environment.CNI_NETNS || undefined,
    ifname,
    args: parseArgs(environment.CNI_ARGS ?? ""),
    config: own as CniConfig,
    previous: prevResult === undefined ? undefined : readResult(prevResult),
    signal,
  };
}
