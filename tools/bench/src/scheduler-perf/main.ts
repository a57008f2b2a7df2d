/**
 * The main workloads of upstream's scheduler_perf by their names and at their size, in process: affinity, spreading,
 * volumes, preemption, churn. Floors: the thresholds that upstream publishes. Peer, with `--beside`: kube-scheduler with
 * kube-apiserver and etcd.
 */
import { benchOptions } from "../options.ts";
import { missingNote } from "../peers/upstream.ts";
import { median, publish } from "../report.ts";
import { measureWorkload, missingSchedulers } from "../scheduling/measure.ts";
import { schedulerPerfWorkloads } from "../scheduling/workloads.ts";
import { SeriesTable } from "../series-table.ts";
import { UsageError } from "../usage-error.ts";

const { rounds, smoke, peer, values } = benchOptions({
  workload: { type: "text", default: "", help: "those whose name contains this, without regard to case" },
  list: { type: "flag", help: "names the workloads and their floors" },
  share: { type: "number", default: 1, smoke: 0.002, help: "of nodes and pods, for a smaller run" },
  alone: { type: "flag", help: "the scheduler without an API server: objects in tables, each request a function call" },
  beside: { type: "flag", help: "also the peer, and Pinnace over HTTPS" },
});
const scale = (count: number): number => Math.max(1, Math.round(count * values.share));
const all = schedulerPerfWorkloads(scale);
/** In a smoke run one of each kind does, unless some are named. */
const SMOKE = [
  "SchedulingBasic/",
  "PreemptionBasic/",
  "SchedulingPodAntiAffinity/",
  "TopologySpreading/",
  "SchedulingCSIPVs/",
];
const wanted = all.filter(({ name }) =>
  smoke && values.workload === ""
    ? SMOKE.some((each) => name.startsWith(each))
    : name.toLowerCase().includes(values.workload.toLowerCase()),
);
if (wanted.length === 0) throw new UsageError(`no workload is called ${values.workload} (--list names them)`);
if (values.list) {
  for (const { name, floor } of all) console.log(`${name}${floor === undefined ? "" : `, at least ${floor} pods/s`}`);
} else await run();

async function run(): Promise<void> {
  const [side, title] = values.alone ? ["alone", "scheduler alone"] : ["process", "in process"];
  const absent = values.beside ? missingSchedulers(peer) : [];
  const notes = absent.length > 0 ? [missingNote(absent)] : [];
  if (values.share !== 1) notes.push(`at ${values.share} of upstream's numbers of nodes and pods`);
  const table = new SeriesTable();
  for (let round = 0; round < rounds; round++) {
    for (const workload of wanted) {
      const { name, floor } = workload;
      if (floor !== undefined) table.add(`${name}, floor`, "pods/s", floor, { better: "higher" });
      await measureWorkload(table, workload, { find: peer, only: values.beside ? "" : side });
    }
  }
  const series = table.series.map((each) =>
    each.name.endsWith(`, Pinnace ${title}`) && each.against !== undefined
      ? { ...each, against: [`${each.name.replace(`, Pinnace ${title}`, ", floor")}`, ...[each.against].flat()] }
      : each,
  );
  const ratios = wanted.flatMap(({ name, floor }) => {
    const rate = median(series.find((each) => each.name === `${name}, Pinnace ${title}`)?.values ?? []);
    return floor === undefined ? [] : [rate / floor];
  });
  if (ratios.length > 0) {
    const mean = Math.exp(ratios.reduce((sum, each) => sum + Math.log(each), 0) / ratios.length);
    const least = Math.min(...ratios);
    notes.push(`over floors: geometric mean ${mean.toFixed(1)}×, least ${least.toFixed(1)}×, of ${ratios.length}`);
  }
  publish({ scenario: values.alone ? "scheduler-perf-alone" : "scheduler-perf", series, notes, smoke });
}
