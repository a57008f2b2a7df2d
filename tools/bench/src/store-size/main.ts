/**
 * What 100,000 objects of 2 KiB cost a store: time until it serves them after a start, memory, disk. Peer: etcd, in its own
 * process, with the same objects.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { benchOptions } from "../options.ts";
import { launchEtcd } from "../peers/etcd.ts";
import { missingNote, missingPeers } from "../peers/upstream.ts";
import { residentBytes } from "../process-usage.ts";
import { publish } from "../report.ts";
import { adopt, removeFolder, temporaryFolder } from "../resources.ts";
import { SeriesTable } from "../series-table.ts";
import type { Engine } from "../store/engine.ts";
import { etcdPuts } from "../store/etcd.ts";
import { openLogStoreEngine } from "../store/log-store.ts";

const { rounds, smoke, peer, values } = benchOptions({
  objects: { type: "number", default: 100_000, smoke: 2000, help: "that are stored" },
  bytes: { type: "number", default: 2048, help: "of each" },
  directory: { type: "text", default: tmpdir(), help: "where the files go: a disk, not memory" },
});
const etcd = peer("etcd");
const notes = etcd === undefined ? [missingNote(missingPeers(peer, ["etcd"]))] : [];
const WRITERS = 200;
const program = temporaryFolder("opening");
/** Bundled, as the store is when it is part of `pinnace up`. */
const opening = join(program, "opening.mjs");

async function fill(engine: Engine): Promise<void> {
  const value = new Uint8Array(values.bytes).fill(120);
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < values.objects) await engine.put(`/registry/pods/default/pod-${next++}`, value);
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

function diskBytes(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? diskBytes(path) : statSync(path).blocks * 512);
  }, 0);
}

interface Size {
  readonly milliseconds: number;
  readonly memory: number;
  readonly disk: number;
}

async function embedded(directory: string): Promise<Size> {
  const engine = await openLogStoreEngine(directory);
  if (engine === undefined) throw new Error("the store did not open");
  await fill(engine);
  await engine.close();
  const start = performance.now();
  const child = spawn(process.execPath, [opening, directory], { stdio: ["pipe", "pipe", "inherit"] });
  adopt(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const milliseconds = performance.now() - start;
  const objects = Number(line.toString());
  if (objects !== values.objects) throw new Error(`${objects} of ${values.objects} objects are there after a start`);
  const size = { milliseconds, memory: residentBytes(child.pid as number), disk: diskBytes(directory) };
  child.stdin.end();
  await once(child, "exit");
  return size;
}

async function peerSize(program: string, directory: string): Promise<Size> {
  const first = await launchEtcd(program, undefined, directory);
  await first.ready();
  const engine = etcdPuts(first.url);
  await fill(engine);
  await engine.close();
  await first.stop();
  const start = performance.now();
  const second = await launchEtcd(program, undefined, directory);
  await second.ready();
  const milliseconds = performance.now() - start;
  const size = { milliseconds, memory: residentBytes(second.pid), disk: diskBytes(directory) };
  await second.stop();
  return size;
}

await build({
  entryPoints: [join(import.meta.dirname, "opening.ts")],
  outfile: opening,
  bundle: true,
  platform: "node",
  format: "esm",
  conditions: ["@pinnace/source"],
  logLevel: "silent",
});
const table = new SeriesTable();
for (let round = 0; round < rounds; round++) {
  const engines = {
    ...(etcd === undefined ? {} : { etcd: () => inFolder((folder) => peerSize(etcd, folder)) }),
    "store-log": () => inFolder(embedded),
  };
  for (const [name, measure] of Object.entries(engines)) {
    const { milliseconds, memory, disk } = await measure();
    const against = (what: string) => (name === "etcd" ? [] : [`etcd, ${what}`]);
    table.add(`${name}, start`, "ms", milliseconds, { against: against("start") });
    table.add(`${name}, memory`, "MB", memory / 1e6, { against: against("memory") });
    table.add(`${name}, disk`, "MB", disk / 1e6, { against: against("disk") });
  }
}
removeFolder(program);
publish({ scenario: "store-size", series: table.series, notes, smoke });

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = temporaryFolder("store-size", values.directory);
  try {
    return await work(folder);
  } finally {
    removeFolder(folder);
  }
}
