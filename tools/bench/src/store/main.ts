/**
 * Durable puts of 2 KiB per second with 1, 32 and 200 writers, each of which waits for one put before the next, through
 * `@pinnace/store-log`. Peer: etcd, put by put. Limit: a bare log with group commit. Beside them: sqlite and lmdb.
 */
import { tmpdir } from "node:os";
import { benchOptions } from "../options.ts";
import { missingNote, missingPeers } from "../peers/upstream.ts";
import { publish, type Series } from "../report.ts";
import { removeFolder, temporaryFolder } from "../resources.ts";
import { UsageError } from "../usage-error.ts";
import { openBareLog } from "./bare-log.ts";
import type { OpenEngine } from "./engine.ts";
import { etcdEngine } from "./etcd.ts";
import { openLmdb } from "./lmdb.ts";
import { openLogStoreEngine } from "./log-store.ts";
import { measurePuts } from "./measure.ts";
import { openSqlite } from "./sqlite.ts";

const OWN = "store-log";
const BARE = "bare log";

const { rounds, smoke, peer, values } = benchOptions({
  writers: { type: "numbers", default: [1, 32, 200], smoke: [1, 32], help: "how many write at the same time" },
  seconds: { type: "number", default: 2, smoke: 0.2, help: "of each measurement" },
  directory: { type: "text", default: tmpdir(), help: "where the files go: a disk, not memory" },
  engines: { type: "text", default: "etcd,store-log,sqlite,lmdb,bare log", help: "which ones" },
});
const known: Readonly<Record<string, OpenEngine>> = {
  etcd: etcdEngine(peer("etcd")),
  [OWN]: openLogStoreEngine,
  sqlite: openSqlite,
  lmdb: openLmdb,
  [BARE]: openBareLog,
};
const names = values.engines.split(",").map((name) => name.trim());
for (const name of names)
  if (known[name] === undefined) throw new UsageError(`no engine ${name}; there are ${Object.keys(known).join(", ")}`);
const notes = missingPeers(peer, ["etcd"]).map((missing) => missingNote([missing]));

const rates = new Map<string, number[]>();
for (let round = 0; round < rounds; round++)
  for (const name of names) {
    const directory = temporaryFolder("store", values.directory);
    const engine = await known[name]?.(directory);
    if (engine !== undefined) {
      for (const writers of values.writers) {
        const series = seriesName(name, writers);
        const rate = await measurePuts(engine, writers, values.seconds);
        rates.set(series, [...(rates.get(series) ?? []), rate]);
      }
      await engine.close();
    }
    removeFolder(directory);
  }

function seriesName(engine: string, writers: number): string {
  return `${engine}, ${writers} ${writers === 1 ? "writer" : "writers"}`;
}

const series = values.writers.flatMap((writers) =>
  names.flatMap((name): Series[] => {
    const own = rates.get(seriesName(name, writers));
    if (own === undefined) return [];
    const rivals = name === "etcd" ? [] : name === OWN ? ["etcd", BARE] : ["etcd"];
    return [
      {
        name: seriesName(name, writers),
        unit: "puts/s",
        better: "higher",
        values: own,
        against: rivals.map((rival) => seriesName(rival, writers)),
      },
    ];
  }),
);
publish({ scenario: "store", series, notes, smoke });
