/**
 * 50,000 plain pods on 5,000 nodes: created and bound through the API, durable when answered, in process and over HTTPS.
 * From the request for the first pod until the last is on a node; read back and verified. Peer: kube-scheduler with
 * kube-apiserver and etcd.
 */
import { benchOptions } from "../options.ts";
import { missingNote } from "../peers/upstream.ts";
import { publish } from "../report.ts";
import { measureWorkload, missingSchedulers } from "../scheduling/measure.ts";
import { plainPods } from "../scheduling/workloads.ts";
import { SeriesTable } from "../series-table.ts";

const { rounds, smoke, peer, values } = benchOptions({
  nodes: { type: "number", default: 5_000, smoke: 20, help: "of 4 CPUs, 32 GiB and 110 pods" },
  pods: { type: "number", default: 50_000, smoke: 60, help: "of 100m CPU and 500 MiB" },
  init: { type: "number", default: 5_000, smoke: 10, help: "pods that are there before" },
  only: { type: "text", default: "", help: "some of upstream, https, process, with commas between" },
});
const absent = missingSchedulers(peer);
const notes = absent.length > 0 ? [missingNote(absent)] : [];
const workload = {
  name: `${values.pods} pods on ${values.nodes} nodes`,
  steps: plainPods(values.pods, values.init, values.nodes),
};
const table = new SeriesTable();
for (let round = 0; round < rounds; round++) {
  await measureWorkload(table, workload, { find: peer, only: values.only });
}
publish({ scenario: "schedule", series: table.series, notes, smoke });
