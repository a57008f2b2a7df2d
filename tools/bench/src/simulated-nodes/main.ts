/**
 * 5,000 nodes that are created by hand and simulated, until all are Ready; then 10,000 pods until all are Running: the whole
 * control plane over HTTPS, durable. Peer: upstream's control plane with kwok.
 */
import { join } from "node:path";
import { start } from "../child.ts";
import { benchOptions } from "../options.ts";
import { startPinnaceUp } from "../peers/pinnace.ts";
import type { ApiTarget } from "../peers/target.ts";
import { prepareNamespace, targetApi } from "../peers/target-api.ts";
import { missingNote, missingPeers, startUpstream } from "../peers/upstream.ts";
import { peakBytes } from "../process-usage.ts";
import { publish } from "../report.ts";
import { SeriesTable } from "../series-table.ts";
import type { SimulationJob, SimulationResult } from "./program.ts";

const UPSTREAM = "upstream and kwok";
const PINNACE = "pinnace up";
const MEBIBYTE = 2 ** 20;

const { rounds, smoke, peer, values } = benchOptions({
  nodes: { type: "number", default: 5_000, smoke: 10, help: "of 4 CPUs, 32 GiB and 110 pods" },
  pods: { type: "number", default: 10_000, smoke: 20, help: "of 100m CPU and 500 MiB" },
});
const absent = missingPeers(peer, ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"]);
const notes = absent.length > 0 ? [missingNote(absent)] : [];

/** Without the limits of requests per second, which would be what is measured. */
async function upstreamWithKwok(): Promise<ApiTarget> {
  const upstream = await startUpstream(peer);
  const limits = ["--kube-api-qps=5000", "--kube-api-burst=5000"];
  await upstream.run("kube-controller-manager", limits);
  await upstream.run("kube-scheduler", limits);
  await upstream.run("kwok");
  return upstream;
}

const sides: Readonly<Record<string, () => Promise<ApiTarget>>> = {
  ...(absent.length === 0 ? { [UPSTREAM]: upstreamWithKwok } : {}),
  // A node of its own makes it run those that others create, too.
  [PINNACE]: () => startPinnaceUp(["--nodes", "1"]),
};

const table = new SeriesTable();
for (let round = 0; round < rounds; round++) {
  for (const [name, startSide] of Object.entries(sides)) {
    const target = await startSide();
    const { nodesReady, podsRunning } = await measure(target);
    const memory = target.pids.reduce((sum, pid) => sum + peakBytes(pid), 0) / MEBIBYTE;
    await target.stop();
    const rival = (what: string): object => (name === UPSTREAM ? {} : { against: `${UPSTREAM}, ${what}` });
    table.add(`${name}, nodes ready`, "s", nodesReady / 1_000, rival("nodes ready"));
    table.add(`${name}, pods running`, "s", podsRunning / 1_000, rival("pods running"));
    table.add(`${name}, memory`, "MiB", memory, rival("memory"));
  }
}
publish({ scenario: "simulated-nodes", series: table.series, notes, smoke });

async function measure(target: ApiTarget): Promise<SimulationResult> {
  const api = targetApi(target);
  await prepareNamespace(api);
  api.close();
  const { port, ca, token } = target;
  const job: SimulationJob = { target: { port, ca, token }, nodes: values.nodes, pods: values.pods };
  const child = start(process.execPath, [join(import.meta.dirname, "program.ts"), JSON.stringify(job)]);
  return JSON.parse(await child.finished()) as SimulationResult;
}
