import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { type Listener, serve } from "@pinnace/apiserver/node";
import type { Cluster } from "@pinnace/cluster";
import {
  CNI_API_VERSION,
  CNI_PLUGIN_TYPE,
  createCniAgent,
  createCniPlugins,
  installCniNetwork,
  installCniShim,
  loopbackPlugin,
} from "@pinnace/cni-plugins";
import { type Containerd, type NodeRequirements, startContainerd } from "@pinnace/cri/node";
import { createDnsServer, publishDnsService, upstreamServers } from "@pinnace/dns";
import { createNodeAgent, describeMachine, removeNodeState } from "@pinnace/kubelet/node";
import { createPluginRegistry } from "@pinnace/plugin";
import { createServiceProxy, runProgram } from "@pinnace/proxy";
import { type Foundation, POD_CIDR, SERVICE_CIDR } from "./control-plane.ts";
import type { DataDirectory } from "./data-directory.ts";
import { hostAddress } from "./host-address.ts";
import { CGROUP_PREFIX } from "./node-remains.ts";
import type { Progress } from "./progress.ts";

interface RealNodeOptions {
  readonly requirements: NodeRequirements;
  readonly directory: DataDirectory;
  readonly foundation: Foundation;
  readonly cluster: Cluster;
  readonly progress: Progress;
  /** Receives what stops the node again, last started first stopped. */
  readonly undo: (() => unknown)[];
}

interface RealNode {
  readonly name: string;
  readonly runtimeVersion: string;
  /** Where images are imported: containerd's socket. */
  readonly socketPath: string;
}

/** The pod range of the one node, and its first address: the node as its pods see it. */
const NODE_POD_CIDR = "10.244.0.0/24";
export const NODE_ADDRESS = "10.244.0.1";
const DNS_SERVICE_ADDRESS = "10.96.0.10";
const CLUSTER_DOMAIN = "cluster.local";

/** Makes this machine a node: containerd, pod network, services, DNS, kubelet. */
export async function startRealNode(options: RealNodeOptions): Promise<RealNode> {
  const { progress } = options;
  await progress.step("node address and API for pods", () => openNodeAddress(options));
  await progress.step("pod network", () => startPodNetwork(options));
  const containerd = await progress.step("containerd", () => runContainerd(options));
  await progress.step("services", () => startServices(options));
  await progress.step("DNS", () => startDns(options));
  const name = await progress.step("kubelet", () => startKubelet(options, containerd));
  const { runtimeVersion } = await containerd.runtime.version();
  return { name, runtimeVersion, socketPath: containerd.socketPath };
}

const cniPaths = ({
  directory,
}: RealNodeOptions): { binaries: string; configs: string; socket: string; state: string } => ({
  binaries: join(directory.cni, "bin"),
  configs: join(directory.cni, "net.d"),
  socket: join(directory.cni, "agent.sock"),
  state: join(directory.cni, "state"),
});

/**
 * Pods reach the API and DNS at the first address of their range. It is on the loopback interface, so it is there before
 * the first pod, and no other machine can use it.
 */
async function openNodeAddress({ foundation, cluster, undo }: RealNodeOptions): Promise<void> {
  const address = `${NODE_ADDRESS}/32`;
  await runProgram("ip", ["address", "replace", address, "dev", "lo"]);
  undo.push(() => runProgram("ip", ["address", "delete", address, "dev", "lo"]));
  const { pki, listener, logger } = foundation;
  const forPods: Listener = await serve({
    handler: cluster.handler,
    host: NODE_ADDRESS,
    port: listener.port,
    tls: { cert: pki.apiServer.certificate, key: pki.apiServer.key, ca: pki.authority.certificate },
    logger,
  });
  undo.push(() => forPods.close());
}

/** The CNI agent with the plugins that were found, and what containerd needs to call it. */
async function startPodNetwork(options: RealNodeOptions): Promise<void> {
  const { foundation, undo } = options;
  const { logger } = foundation;
  const { binaries, configs, socket, state } = cniPaths(options);
  await mkdir(state, { recursive: true, mode: 0o700 });
  const registry = createPluginRegistry([...foundation.plugins, { source: "built in", definition: loopbackPlugin }], {
    hosts: [{ type: CNI_PLUGIN_TYPE, apiVersion: CNI_API_VERSION }],
  });
  const plugins = await createCniPlugins(registry, { stateDirectory: state });
  const agent = createCniAgent({ plugins, logger }, { socketPath: socket });
  await agent.start();
  undo.push(() => agent.stop());
  await installCniShim({ binaryDirectory: binaries, socketPath: socket, types: Object.keys(plugins) });
  const ipam = { type: "host-local", ranges: [[{ subnet: NODE_POD_CIDR }]] };
  const hostPorts = { type: "portmap", capabilities: { portMappings: true } };
  await installCniNetwork({ configDirectory: configs, plugins: [{ type: "ptp", ipam }, hostPorts] });
}

/** Milliseconds between looks at everything that runs: more often than the kubelet's default, on one node it costs little. */
const RELIST_PERIOD = 15_000;

async function runContainerd(options: RealNodeOptions): Promise<Containerd> {
  const { directory, foundation, requirements, undo } = options;
  const { clock } = foundation;
  const removePods = (): Promise<void> =>
    removeNodeState({ rootDirectory: directory.kubelet, cgroupPrefix: CGROUP_PREFIX, clock });
  // Undone after containerd has ended its containers: nothing of them may stay behind, and the next start makes them anew.
  undo.push(removePods);
  const { binaries, configs } = cniPaths(options);
  const containerd = await startContainerd({
    directory: directory.containerd,
    cniBinaryDirectory: binaries,
    cniConfigDirectory: configs,
    requirements,
    clock,
    logger: foundation.logger,
  });
  undo.push(() => containerd.stop());
  await containerd.removeSandboxes(); // those of a run that was killed
  await removePods();
  return containerd;
}

async function startServices({ cluster, foundation, undo }: RealNodeOptions): Promise<void> {
  const proxy = createServiceProxy(
    {
      informers: cluster.informers,
      clock: foundation.clock,
      logger: foundation.logger,
      metrics: cluster.metrics.component("kube-proxy"),
      run: runProgram,
    },
    { nodeName: nodeName(), podCidr: POD_CIDR, serviceCidr: SERVICE_CIDR },
  );
  undo.push(() => proxy.stop());
  await proxy.start();
}

async function startDns({ cluster, foundation, undo }: RealNodeOptions): Promise<void> {
  const { clock, logger } = foundation;
  const server = createDnsServer(
    { informers: cluster.informers, clock, logger, metrics: cluster.metrics.component("dns") },
    { domain: CLUSTER_DOMAIN, address: NODE_ADDRESS, port: 53, upstream: await upstreamServers() },
  );
  undo.push(() => server.stop());
  const { port } = await server.start();
  await publishDnsService(cluster.client, { clusterIP: DNS_SERVICE_ADDRESS, address: NODE_ADDRESS, port });
}

const nodeName = (): string => hostname().toLowerCase();

async function startKubelet(
  { cluster, directory, foundation, undo }: RealNodeOptions,
  containerd: Containerd,
): Promise<string> {
  const name = nodeName();
  await mkdir(directory.kubelet, { recursive: true, mode: 0o750 });
  const machine = await describeMachine({
    name,
    addresses: [
      { type: "InternalIP", address: hostAddress() },
      { type: "Hostname", address: name },
    ],
    storagePath: directory.path,
  });
  const kubelet = await createNodeAgent(
    {
      clients: cluster.clients,
      informers: cluster.informers,
      clock: foundation.clock,
      logger: foundation.logger,
      metrics: cluster.metrics.component("kubelet"),
      runtime: containerd.runtime,
      random: Math.random,
    },
    {
      node: { ...machine, podCIDR: NODE_POD_CIDR },
      rootDirectory: directory.kubelet,
      podLogsDirectory: directory.podLogs,
      containerLogsDirectory: join(directory.podLogs, "containers"),
      cgroups: { prefix: CGROUP_PREFIX },
      // Changed ConfigMaps and Secrets reach their files with the next look.
      relistPeriod: RELIST_PERIOD,
      clusterDns: [DNS_SERVICE_ADDRESS],
      clusterDomain: CLUSTER_DOMAIN,
    },
  );
  cluster.nodes.add((wanted) => (wanted === name ? kubelet.handler : undefined));
  undo.push(() => kubelet.stop());
  await kubelet.start();
  return name;
}
