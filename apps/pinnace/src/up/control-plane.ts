import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { hostname } from "node:os";
import { createHttpsWebhookCaller } from "@pinnace/admission/node";
import type { ApiHandler } from "@pinnace/apimachinery";
import {
  createHttpProxyTransport,
  createHttpsExtensionTransport,
  type Listener,
  type ServeOptions,
  serve,
} from "@pinnace/apiserver/node";
import { readTokenFile } from "@pinnace/authentication/node";
import { type Clock, createRealClock } from "@pinnace/clock";
import { type Cluster, startCluster } from "@pinnace/cluster";
import { CodedError, isCodedError } from "@pinnace/errors";
import { writeKubeconfig } from "@pinnace/kubeconfig";
import { createStreamServer } from "@pinnace/kubelet/node";
import type { Logger } from "@pinnace/logging";
import { createStreamLogger } from "@pinnace/logging/node";
import { createMetricRegistries, type MetricRegistries } from "@pinnace/metrics";
import { type ClusterPki, createClusterPki, parseSigningRequest } from "@pinnace/pki";
import type { PluginCandidate } from "@pinnace/plugin";
import type { SchedulerConfig } from "@pinnace/scheduler";
import { nodeExtenderTransport } from "@pinnace/scheduler/node";
import type { Store } from "@pinnace/store";
import { findPlugins } from "../plugins/plugin-folders.ts";
import { unusablePlugins } from "../plugins/unusable-plugins.ts";
import { VERSION } from "../version.ts";
import type { DataDirectory } from "./data-directory.ts";
import { apiFeatures, featurePlugins } from "./feature-gates.ts";
import { hostAddress } from "./host-address.ts";
import { openStore } from "./open-store.ts";
import type { UpOptions } from "./options.ts";
import type { Progress } from "./progress.ts";
import { readSchedulerConfig, schedulerConfig } from "./scheduler-config.ts";

/** What every way of running a cluster shares. */
export interface Foundation {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly log: WriteStream;
  readonly pki: ClusterPki;
  readonly plugins: readonly PluginCandidate[];
  readonly scheduler: SchedulerConfig;
  readonly listener: Listener;
  /** What the listener answers with; requests wait until it is set. */
  readonly serveWith: (handler: ApiHandler) => void;
  readonly store: Store;
  readonly metrics: MetricRegistries;
  /** Those of `--token-auth-file`. */
  readonly staticTokens: Awaited<ReturnType<typeof readTokenFile>> | undefined;
}

/** The address of the `kubernetes` Service is the first of the range. */
export const SERVICE_CIDR = "10.96.0.0/16";
export const POD_CIDR = "10.244.0.0/16";

/** Opens what can fail for the user's reasons (port, token file, store) before anything else is started. */
export async function openFoundation(
  options: UpOptions,
  directory: DataDirectory,
  progress: Progress,
  undo: (() => unknown)[],
): Promise<Foundation> {
  const staticTokens = options.tokenAuthFile === undefined ? undefined : await readTokenFile(options.tokenAuthFile);
  const configured =
    options.schedulerConfig === undefined ? undefined : await readSchedulerConfig(options.schedulerConfig);
  const clock = createRealClock();
  const log = createWriteStream(directory.log, { flags: "a", mode: 0o600 });
  // The cluster is worth more than its log: a full disk is said once, and the rest goes on.
  log.on("error", (error) => progress.note(`warning: the log ${directory.log} ends here: ${error.message}`));
  undo.push(() => closeLog(log));
  const logger = createStreamLogger({ clock, stream: log, level: options.logLevel });
  const pki = await progress.step("certificates", () =>
    createClusterPki({ clock, directory: directory.pki, serverNames: serverNames(options) }),
  );
  const { deferred, serveWith } = deferredHandler();
  const listener = await progress.step("API port", () =>
    listen({
      handler: deferred,
      port: options.port,
      host: options.bindAddress,
      tls: { cert: pki.apiServer.certificate, key: pki.apiServer.key, ca: pki.authority.certificate },
      logger,
    }),
  );
  undo.push(() => listener.close());
  const metrics = createMetricRegistries();
  const components = { clock, logger, metrics: metrics.component("apiserver") };
  const store = await openStore(options, directory, components, progress, undo);
  const warnings: string[] = [];
  const plugins = await progress.step("plugins", () => findPlugins(options.plugins, (text) => warnings.push(text)));
  for (const text of [...warnings, ...unusablePlugins(plugins)]) {
    logger.warn(text);
    progress.note(`  warning: ${text}`);
  }
  const scheduler = configured ?? schedulerConfig(plugins, featurePlugins(options.featureGates));
  return { clock, logger, log, pki, plugins, scheduler, listener, serveWith, store, metrics, staticTokens };
}

/** The same failure with the flag that helps. */
async function listen(options: ServeOptions): Promise<Listener> {
  try {
    return await serve(options);
  } catch (cause) {
    if (!isCodedError(cause) || cause.code !== "PORT_BUSY") throw cause;
    throw new CodedError(cause.code, cause.message, {
      cause,
      remedy: "stop the other program, or choose another port with --port",
    });
  }
}

function serverNames({ bindAddress }: UpOptions): readonly string[] {
  const wildcard = bindAddress === "0.0.0.0" || bindAddress === "::";
  return [hostAddress(), ...(wildcard ? [] : [bindAddress])];
}

function deferredHandler(): { readonly deferred: ApiHandler; readonly serveWith: (handler: ApiHandler) => void } {
  const ready = Promise.withResolvers<ApiHandler>();
  return {
    deferred: async (request) => (await ready.promise)(request),
    serveWith: (handler) => ready.resolve(handler),
  };
}

async function closeLog(log: WriteStream): Promise<void> {
  if (log.closed) return;
  const closed = once(log, "close");
  log.end();
  await closed.catch(() => undefined); // it has been said on the terminal
}

/** Starts API server, controllers and scheduler, and as many simulated nodes as asked for. */
export async function startControlPlane(
  options: UpOptions,
  foundation: Foundation,
  nodes: { readonly simulated: number /** Where pods reach the API. */; readonly address: string },
  onLost: (error: unknown) => void,
): Promise<Cluster> {
  const { clock, logger, pki, plugins, scheduler, store, metrics, listener, staticTokens } = foundation;
  const shared = options.etcdServers !== undefined;
  // Host name and a random part, as upstream has it, and the port, which tells a person where to ask.
  const identity = `${hostname()}:${listener.port}_${crypto.randomUUID()}`;
  const cluster = await startCluster({
    ...{ clock, logger, store, metrics, plugins, scheduler },
    extenderTransport: nodeExtenderTransport,
    ...(shared ? { leaderElection: { identity, onLost } } : {}),
    nodes: {
      count: nodes.simulated,
      capacity: { cpu: options.nodeCpu, memory: options.nodeMemory, pods: String(options.nodePods) },
    },
    streams: createStreamServer({ clock, logger }),
    webhooks: createHttpsWebhookCaller(),
    extensions: createHttpsExtensionTransport({
      cert: pki.frontProxyClient.certificate,
      key: pki.frontProxyClient.key,
    }),
    proxy: createHttpProxyTransport(),
    rootCa: pki.authority.certificate,
    certificateSigner: { parse: parseSigningRequest, sign: (request, terms) => pki.authority.sign(request, terms) },
    authentication: {
      serviceAccountKeys: [pki.serviceAccountKey.privateKey],
      ...(staticTokens === undefined ? {} : { staticTokens }),
    },
    apiServer: {
      serviceCidr: SERVICE_CIDR,
      address: { ip: nodes.address, port: listener.port },
      sharedStore: shared,
      featureGates: apiFeatures(options.featureGates),
      gitVersion: VERSION,
      clientCa: pki.authority.certificate,
      frontProxyCa: pki.frontProxyAuthority.certificate,
    },
  });
  foundation.serveWith(cluster.handler);
  return cluster;
}

/** The administrator's kubeconfig, mode 0600. */
export async function writeAdminKubeconfig(path: string, { pki, listener }: Foundation): Promise<void> {
  await writeKubeconfig(path, {
    name: "pinnace",
    server: reachable(listener.url),
    ca: pki.authority.certificate,
    client: { certificate: pki.admin.certificate, key: pki.admin.key },
  });
}

/** A wildcard is no address to connect to. */
export function reachable(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}
