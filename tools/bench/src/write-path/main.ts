/**
 * Processor time of writes through the API in process: no HTTP, no TLS. Pods as large as those of api-write are created,
 * bound, said to be running, and have events recorded. No peer: it shows what a change of the write path costs.
 */
import { join } from "node:path";
import { start } from "../child.ts";
import { benchOptions } from "../options.ts";
import { publish } from "../report.ts";
import { removeFolder, temporaryFolder } from "../resources.ts";
import { SeriesTable } from "../series-table.ts";
import { UsageError } from "../usage-error.ts";
import type { MeasuredWrites, WritePathJob } from "./program.ts";

const { rounds, smoke, values } = benchOptions({
  bytes: { type: "number", default: 3072, help: "of a Pod as it is created" },
  writes: { type: "number", default: 1000, smoke: 20, help: "of each kind in a round" },
  parallel: { type: "number", default: 32, help: "writes under way at the same time" },
  warmup: { type: "number", default: 5, smoke: 1, help: "rounds before those that count" },
  store: { type: "text", default: "memory", help: "memory or log" },
});
if (values.store !== "memory" && values.store !== "log")
  throw new UsageError(`--store must be memory or log, not ${JSON.stringify(values.store)}`);
const folder = temporaryFolder("write-path");
const job: WritePathJob = {
  ...{ bytes: values.bytes, writes: values.writes, parallel: values.parallel, warmup: values.warmup, rounds },
  ...(values.store === "log" ? { directory: join(folder, "store") } : {}),
};
const program = ["--conditions=@pinnace/source", join(import.meta.dirname, "program.ts"), JSON.stringify(job)];
const measured = JSON.parse(await start(process.execPath, program).finished()) as MeasuredWrites;
removeFolder(folder);
const table = new SeriesTable();
for (const [what, times] of Object.entries(measured)) for (const time of times) table.add(what, "µs", time);
const notes = [
  `processor time of the thread that writes and answers, which load beside it changes little; store: ${values.store}`,
];
publish({ scenario: "write-path", series: table.series, notes, smoke });
