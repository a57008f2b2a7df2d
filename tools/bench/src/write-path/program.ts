/**
 * A process of its own that writes through the API in process and prints the {@link MeasuredWrites} as JSON: `program.ts
 * <WritePathJob>`.
 */
import { mkdirSync } from "node:fs";
import { EVENTS_V1_EVENTS, NODES, PODS, type Pod, SERVICE_ACCOUNTS } from "@pinnace/api";
import { formatMicroTime, type KubernetesObject } from "@pinnace/apimachinery";
import { API_SERVER, type ApiServer } from "@pinnace/apiserver";
import { CLIENT_FACTORY, type Client, type ClientFactory } from "@pinnace/client";
import { createRealClock } from "@pinnace/clock";
import { composeCluster } from "@pinnace/cluster/module";
import { createMemoryStore } from "@pinnace/store";
import { openLogStore } from "@pinnace/store-log";
import { NAME } from "../load/job.ts";
import { podJson } from "../objects.ts";
import { makeNode } from "../scheduling/objects.ts";

/** What is to be written, and how often. */
export interface WritePathJob {
  /** Absent: the store is in memory. */
  readonly directory?: string;
  /** Of a Pod. */
  readonly bytes: number;
  /** Writes of each kind in a round. */
  readonly writes: number;
  /** Writes under way at the same time. */
  readonly parallel: number;
  /** Rounds before those that count. */
  readonly warmup: number;
  readonly rounds: number;
}

/** Microseconds of processor time of the thread per write, by what was written; one figure a round. */
export type MeasuredWrites = Readonly<Record<string, readonly number[]>>;

const NODE = "node-0";
const job = JSON.parse(process.argv[2] ?? "") as WritePathJob;
const clock = createRealClock();
if (job.directory !== undefined) mkdirSync(job.directory, { recursive: true });
const store =
  job.directory === undefined ? createMemoryStore({ clock }) : await openLogStore({ directory: job.directory, clock });
const container = composeCluster({ clock, store, controllers: [], nodes: 0 });
const apiServer = container.get<ApiServer>(API_SERVER);
await apiServer.start();
const clients = container.get<ClientFactory>(CLIENT_FACTORY);
const clientOf = (program: string, name: string, ...groups: readonly string[]): Client =>
  clients.client({ program, user: { name, groups: [...groups, "system:authenticated"] } });
const admin = clientOf("bench", "bench", "system:masters");
const scheduler = clientOf("kube-scheduler", "system:kube-scheduler");
const kubelet = clientOf("kubelet", `system:node:${NODE}`, "system:nodes");
await admin
  .resource(SERVICE_ACCOUNTS)
  .namespace("default")
  .create({ metadata: { name: "default" } });
await admin.resource(NODES).create(makeNode(NODE, 0) as KubernetesObject);

const figures: Record<string, number[]> = {};
const template = podJson(job.bytes);
for (let round = -job.warmup; round < job.rounds; round += 1) {
  const names = Array.from({ length: job.writes }, (_, index) => `pod-${round + job.warmup}-${index}`);
  const bodies = names.map((name) => JSON.parse(template.replaceAll(NAME, name)) as Pod);
  const pods = new Map<string, Pod>();
  const own = <T>(client: Client, type: T) => client.resource(type as typeof PODS).namespace("default");
  const writes: Readonly<Record<string, (name: string, index: number) => Promise<unknown>>> = {
    "create a Pod": (_, index) => own(admin, PODS).create(bodies[index]!),
    "bind it": (name) => own(scheduler, PODS).subresource(name, "binding", { method: "POST", body: bindingOf(name) }),
    "create an Event": (name, index) => own(scheduler, EVENTS_V1_EVENTS).create(eventOf(name, index)),
    "patch its status": async (name) => {
      const patch = { type: "strategic", body: { status: running("10.0.0.1") } } as const;
      pods.set(name, await own(kubelet, PODS).patch(name, patch, { subresource: "status" }));
    },
    "update its status": (name) =>
      own(kubelet, PODS).updateStatus({ ...pods.get(name), status: running("10.0.0.2") } as Pod),
  };
  for (const [what, write] of Object.entries(writes)) {
    const time = await measure(names, write);
    if (round < 0) continue;
    figures[what] ??= [];
    figures[what].push(time);
  }
}
await apiServer.stop();
await store.close();
process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(0));

/** Microseconds of processor time per write. */
async function measure(
  names: readonly string[],
  write: (name: string, index: number) => Promise<unknown>,
): Promise<number> {
  const before = process.threadCpuUsage();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < names.length; index = next++) await write(names[index]!, index);
  };
  await Promise.all(Array.from({ length: job.parallel }, work));
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / names.length;
}

function bindingOf(name: string): object {
  return {
    ...{ apiVersion: "v1", kind: "Binding", metadata: { name, namespace: "default" } },
    target: { kind: "Node", name: NODE },
  };
}

/** As the scheduler writes it. */
function eventOf(name: string, index: number): KubernetesObject {
  return {
    metadata: { name: `${name}.${index.toString(16).padStart(16, "0")}`, namespace: "default" },
    ...{ eventTime: formatMicroTime(clock.now()), reportingController: "default-scheduler" },
    ...{ reportingInstance: "default-scheduler", action: "Binding", reason: "Scheduled", type: "Normal" },
    regarding: {
      kind: "Pod",
      apiVersion: "v1",
      name,
      namespace: "default",
      uid: "5b5d4b8e-1d0c-4b7e-9f0e-0a3c6a1d2e3f",
    },
    note: `Successfully assigned default/${name} to ${NODE}`,
  } as KubernetesObject;
}

/** As a kubelet says it of a pod with two containers. */
function running(podIP: string): object {
  const at = "2026-01-01T00:00:00Z";
  const condition = (type: string): object => ({ type, status: "True", lastProbeTime: null, lastTransitionTime: at });
  const container = (name: string): object => ({
    ...{ name, ready: true, started: true, restartCount: 0, state: { running: { startedAt: at } }, lastState: {} },
    image: `registry.example.com/team/${name}:v1.2.3`,
    imageID: `registry.example.com/team/${name}@sha256:${"0".repeat(64)}`,
    containerID: `containerd://${"1".repeat(64)}`,
  });
  return {
    ...{ phase: "Running", hostIP: "192.168.0.1", hostIPs: [{ ip: "192.168.0.1" }], podIP, podIPs: [{ ip: podIP }] },
    ...{ startTime: at, containerStatuses: [container("sidecar"), container("web")] },
    conditions: ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].map(condition),
  };
}
