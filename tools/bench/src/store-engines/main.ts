/**
 * Durable puts of 2 KiB per second with 1, 32 and 200 writers, each of which waits for one put before the next.
 * Options: --rounds 5, --seconds 2, --directory (a disk, not memory), --engines log,sqlite,...
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openBareLog } from "./bare-log.ts";
import type { Engine, OpenEngine } from "./engine.ts";
import { openEtcd } from "./etcd.ts";
import { openLmdb } from "./lmdb.ts";
import { openLogStoreEngine } from "./log-store.ts";
import { openSqlite } from "./sqlite.ts";

const WRITERS = [1, 32, 200];
const KEYS = 20_000;
const VALUE = new Uint8Array(2048).fill(120);
const ENGINES: Readonly<Record<string, OpenEngine>> = {
  etcd: openEtcd,
  "store-log": openLogStoreEngine,
  sqlite: openSqlite,
  lmdb: openLmdb,
  "bare log": openBareLog,
};

const { values: options } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    directory: { type: "string", default: tmpdir() },
    engines: { type: "string", default: Object.keys(ENGINES).join(",") },
  },
});

/** Puts per second. */
async function measure(engine: Engine, writers: number): Promise<number> {
  const start = performance.now();
  const end = start + Number(options.seconds) * 1000;
  let puts = 0;
  const write = async (): Promise<void> => {
    while (performance.now() < end) {
      await engine.put(`/registry/pods/default/pod-${(puts * 7919) % KEYS}`, VALUE);
      puts++;
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return puts / ((performance.now() - start) / 1000);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** "median (lowest-highest)" in thousands. */
function summary(rates: readonly number[]): string {
  const [middle, low, high] = [median(rates), Math.min(...rates), Math.max(...rates)].map((rate) =>
    (rate / 1000).toFixed(1),
  );
  return `${middle}k (${low}-${high})`;
}

const rates = new Map<string, number[][]>();
for (let round = 0; round < Number(options.rounds); round++)
  for (const name of options.engines.split(",")) {
    const directory = mkdtempSync(join(options.directory, "store-engines-"));
    const engine = await ENGINES[name]?.(directory);
    if (engine !== undefined) {
      const all = rates.get(name) ?? WRITERS.map(() => []);
      rates.set(name, all);
      for (const [index, writers] of WRITERS.entries()) all[index]?.push(await measure(engine, writers));
      await engine.close();
    } else if (round === 0) console.error(`${name} is not on this machine`);
    rmSync(directory, { recursive: true });
  }

/** The median of the ratios within each round, because a busy machine slows both. */
function ratioTo(peer: readonly number[], own: readonly number[]): string {
  return `${median(own.map((rate, round) => rate / (peer[round] ?? Number.NaN))).toFixed(1)}×`;
}

const peer = rates.get("etcd");
console.log(`| engine | ${WRITERS.map((writers) => `${writers} writer${writers === 1 ? "" : "s"}`).join(" | ")} |`);
console.log(`|---|${WRITERS.map(() => "---|").join("")}`);
for (const [name, all] of rates) {
  const cells = all.map((own, index) => {
    const ratio = peer === undefined || name === "etcd" ? "" : `, ${ratioTo(peer[index] ?? [], own)}`;
    return `${summary(own)}${ratio}`;
  });
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
const results = join(import.meta.dirname, "../../results");
mkdirSync(results, { recursive: true });
writeFileSync(join(results, "store-engines.json"), JSON.stringify(Object.fromEntries(rates), null, 2));
