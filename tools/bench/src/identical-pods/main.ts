/**
 * A Job's 10,000 pods, all alike, on 5,000 nodes, created and bound through the API. Peer: kube-scheduler with
 * kube-apiserver and etcd; published: 3,750 containers per second of Nomad's C1M challenge.
 */
import { benchOptions } from "../options.ts";
import { missingNote } from "../peers/upstream.ts";
import { publish } from "../report.ts";
import { measureWorkload, missingSchedulers } from "../scheduling/measure.ts";
import { LIGHT } from "../scheduling/objects.ts";
import type { Workload } from "../scheduling/workload.ts";
import { SeriesTable } from "../series-table.ts";

const PUBLISHED = 3_750;

const { rounds, smoke, peer, values } = benchOptions({
  nodes: { type: "number", default: 5_000, smoke: 20, help: "of 4 CPUs, 32 GiB and 110 pods" },
  pods: { type: "number", default: 10_000, smoke: 60, help: "that ask for nothing and are labelled as a Job's" },
  only: { type: "text", default: "", help: "some of upstream, https, process, with commas between" },
});
const absent = missingSchedulers(peer);
const notes = absent.length > 0 ? [missingNote(absent)] : [];
const labels = { "batch.kubernetes.io/job-name": "many", "job-name": "many" };
const workload: Workload = {
  name: `${values.pods} identical pods`,
  steps: [
    { do: "nodes", count: values.nodes },
    { do: "pods", count: values.pods, template: { ...LIGHT, labels }, measured: true },
  ],
};
const table = new SeriesTable();
for (let round = 0; round < rounds; round++) {
  await measureWorkload(table, workload, { find: peer, only: values.only });
  table.add("Nomad C1M, published", "pods/s", PUBLISHED, { better: "higher" });
}
publish({ scenario: "identical-pods", series: table.series, notes, smoke });
