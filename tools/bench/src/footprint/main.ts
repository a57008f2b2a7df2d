/**
 * Memory and idle processor time of a control plane without nodes, and memory that 24,000 pods of 5.7 KB take, against
 * their bytes as they are stored: what the process holds, and what of it is alive after a collection. Peer: etcd,
 * kube-apiserver, kube-controller-manager and kube-scheduler.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { fillPods, listBytes } from "../api-read/measure.ts";
import { benchOptions } from "../options.ts";
import { startPinnaceApi, startPinnaceUp } from "../peers/pinnace.ts";
import type { ApiTarget } from "../peers/target.ts";
import { missingNote, missingPeers, startUpstream } from "../peers/upstream.ts";
import { processorSeconds, residentBytes } from "../process-usage.ts";
import { publish } from "../report.ts";
import { SeriesTable } from "../series-table.ts";

const UPSTREAM = "upstream's four processes";
const UPSTREAM_API = "kube-apiserver and etcd";
const PROGRAMS = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];

const { rounds, smoke, peer, values } = benchOptions({
  settle: { type: "number", default: 20, smoke: 1, help: "seconds between the start and the measurement" },
  seconds: { type: "number", default: 20, smoke: 1, help: "of the measurement" },
  pods: { type: "number", default: 24_000, smoke: 300, help: "that are stored" },
  bytes: { type: "number", default: 2150, help: "of a Pod as it is sent; stored it is 5.7 KB" },
  "pods-only": { type: "flag", help: "leaves out the idle control planes" },
});
const absent = missingPeers(peer, PROGRAMS);
const notes = absent.length > 0 ? [missingNote(absent)] : [];

async function startUpstreamControlPlane(): Promise<ApiTarget> {
  const upstream = await startUpstream(peer);
  await upstream.run("kube-controller-manager");
  await upstream.run("kube-scheduler");
  return upstream;
}

const memory = ({ pids }: ApiTarget): number => pids.reduce((sum, pid) => sum + residentBytes(pid), 0);
const processor = ({ pids }: ApiTarget): number => pids.reduce((sum, pid) => sum + processorSeconds(pid), 0);

async function idle(target: ApiTarget): Promise<{ readonly megabytes: number; readonly percent: number }> {
  await sleep(values.settle * 1000);
  const before = processor(target);
  const start = performance.now();
  await sleep(values.seconds * 1000);
  const elapsed = (performance.now() - start) / 1000;
  return { megabytes: memory(target) / 1e6, percent: ((processor(target) - before) / elapsed) * 100 };
}

/** How many bytes of memory a byte of stored objects takes. */
async function growth(target: ApiTarget): Promise<{ readonly resident: number; readonly live: number | undefined }> {
  await sleep(1000);
  const [residentBefore, liveBefore] = [memory(target), await target.liveBytes?.()];
  await fillPods(target, values);
  const bytes = await listBytes(target, values.pods);
  await sleep(values.settle * 500);
  // The collection that is asked for also gives memory back: first what the process holds by itself.
  const resident = (memory(target) - residentBefore) / bytes;
  const liveAfter = await target.liveBytes?.();
  const live = liveBefore === undefined || liveAfter === undefined ? undefined : (liveAfter - liveBefore) / bytes;
  return { resident, live };
}

const table = new SeriesTable();
for (let round = 0; round < rounds; round++) {
  const planes: Readonly<Record<string, () => Promise<ApiTarget>>> = values["pods-only"]
    ? {}
    : {
        ...(absent.length === 0 ? { [UPSTREAM]: startUpstreamControlPlane } : {}),
        "pinnace up": () => startPinnaceUp(),
      };
  for (const [name, start] of Object.entries(planes)) {
    const target = await start();
    const { megabytes, percent } = await idle(target);
    await target.stop();
    const rival = (what: string): string[] => (name === UPSTREAM ? [] : [`${UPSTREAM}, ${what}`]);
    table.add(`${name}, memory`, "MB", megabytes, { against: rival("memory") });
    table.add(`${name}, idle processor time`, "% of a core", percent, { against: rival("idle processor time") });
  }
  const servers: Readonly<Record<string, () => Promise<ApiTarget>>> = {
    ...(missingPeers(peer).length === 0 ? { [UPSTREAM_API]: () => startUpstream(peer) } : {}),
    "Pinnace's API server": () => startPinnaceApi({ liveMemory: true }),
  };
  for (const [name, start] of Object.entries(servers)) {
    const target = await start();
    const against = name === UPSTREAM_API ? [] : [`${UPSTREAM_API}, memory of pods`];
    const { resident, live } = await growth(target);
    table.add(`${name}, memory of pods`, "times their bytes", resident, { against });
    if (live !== undefined) table.add(`${name}, live memory of pods`, "times their bytes", live);
    await target.stop();
  }
}
publish({ scenario: "footprint", series: table.series, notes, smoke });
