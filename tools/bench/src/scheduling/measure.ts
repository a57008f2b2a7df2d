import { join } from "node:path";
import { start } from "../child.ts";
import { startPinnaceApi } from "../peers/pinnace.ts";
import type { ApiTarget } from "../peers/target.ts";
import { type FindProgram, missingPeers, startUpstream } from "../peers/upstream.ts";
import { peakBytes } from "../process-usage.ts";
import { removeFolder, temporaryFolder } from "../resources.ts";
import type { SeriesTable } from "../series-table.ts";
import type { WorkloadJob } from "./program.ts";
import type { Workload, WorkloadResult } from "./workload.ts";

/** Whose control plane is measured. */
export const UPSTREAM = "kube-scheduler";
const IN_PROCESS = "in process";
const ALONE = "scheduler alone";
const HTTPS = "over HTTPS";

/** The programs of the peer. */
const SCHEDULING_PEERS: readonly string[] = ["etcd", "kube-apiserver", "kube-scheduler"];

const MEBIBYTE = 2 ** 20;

/** Upstream's programs that are not on this machine. */
export function missingSchedulers(find: FindProgram): string[] {
  return missingPeers(find, SCHEDULING_PEERS);
}

/** Upstream's API server, store and scheduler, the latter without its limit of 50 requests per second. */
async function startUpstreamScheduling(find: FindProgram): Promise<ApiTarget> {
  const upstream = await startUpstream(find);
  await upstream.run("kube-scheduler", ["--kube-api-qps=5000", "--kube-api-burst=5000"]);
  return upstream;
}

interface MeasureOptions {
  readonly find: FindProgram;
  /** Which of `upstream`, `https`, `process`, `alone`; default all but the last. */
  readonly only?: string;
}

/** Runs a workload on every side once, and adds rates, latencies and memory to the table. */
export async function measureWorkload(table: SeriesTable, workload: Workload, options: MeasureOptions): Promise<void> {
  const { find, only = "" } = options;
  const isWanted = (side: string): boolean => only === "" || only.split(",").includes(side);
  const { name } = workload;
  if (isWanted("upstream") && missingSchedulers(find).length === 0) {
    const { result, memory } = await overHttps(workload, await startUpstreamScheduling(find));
    add(table, `${name}, ${UPSTREAM}`, result, memory);
  }
  const against = `${name}, ${UPSTREAM}`;
  if (isWanted("https")) {
    const { result, memory } = await overHttps(workload, await startPinnaceApi({ scheduler: true }));
    add(table, `${name}, Pinnace ${HTTPS}`, result, memory, against);
  }
  for (const [side, title] of [["process", IN_PROCESS] as const, ["alone", ALONE] as const]) {
    if (!(side === "alone" ? only.split(",").includes(side) : isWanted(side))) continue;
    const result = await inProcess(workload, side === "alone");
    const series = `${name}, Pinnace ${title}`;
    add(table, series, result, result.memory, against);
    table.add(`${series}, processor time per pod`, "ms", result.processor / result.pods, {});
  }
}

function add(table: SeriesTable, name: string, result: WorkloadResult, memory: number, against?: string): void {
  const rival = (what: string): object => (against === undefined ? {} : { against: `${against}${what}` });
  table.add(name, "pods/s", result.throughput, { better: "higher", ...rival("") });
  table.add(`${name}, p99`, "ms", result.p99, rival(", p99"));
  table.add(`${name}, memory`, "MiB", memory / MEBIBYTE, rival(", memory"));
}

async function overHttps(
  workload: Workload,
  { port, ca, token, pids, stop }: ApiTarget,
): Promise<{ readonly result: WorkloadResult; readonly memory: number }> {
  try {
    const result = await runProgram({ workload, target: { port, ca, token }, directory: "" });
    return { result, memory: pids.reduce((sum, pid) => sum + peakBytes(pid), 0) };
  } finally {
    await stop();
  }
}

async function inProcess(workload: Workload, alone: boolean): Promise<WorkloadResult> {
  const folder = temporaryFolder("scheduling");
  const result = await runProgram({ workload, directory: join(folder, "store"), alone });
  removeFolder(folder);
  return result;
}

async function runProgram(job: WorkloadJob): Promise<WorkloadResult> {
  const program = join(import.meta.dirname, "program.ts");
  const child = start(process.execPath, ["--conditions=@pinnace/source", program, JSON.stringify(job)]);
  return JSON.parse(await child.finished()) as WorkloadResult;
}
