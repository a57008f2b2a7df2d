/**
 * 5,000 watchers: deliveries per second when all get each event, memory per watcher, and the lag of 1,000 events per second
 * that have one watcher each, as pods and kubelets. Limit: sockets fed with ready frames. Peer: kube-apiserver with etcd.
 */
import { benchOptions } from "../options.ts";
import { startPinnaceApi } from "../peers/pinnace.ts";
import type { ApiTarget } from "../peers/target.ts";
import { prepareNamespace, targetApi } from "../peers/target-api.ts";
import { missingNote, missingPeers, startUpstream } from "../peers/upstream.ts";
import { publish } from "../report.ts";
import { SeriesTable } from "../series-table.ts";
import { startBareWatchServer } from "./bare.ts";
import { NAMESPACE } from "./job.ts";
import { runWatchers } from "./run.ts";

const UPSTREAM = "kube-apiserver";
const BARE = "ready frames";
const PATIENCE = 60_000;

const { rounds, smoke, peer, values } = benchOptions({
  watchers: { type: "number", default: 5_000, smoke: 50, help: "that watch at the same time" },
  streams: { type: "number", default: 100, help: "HTTP/2 streams of one connection; with --http1 no matter" },
  http1: { type: "flag", help: "HTTP/1.1, a TLS connection for each watcher" },
  burst: { type: "number", default: 100, smoke: 5, help: "events that all watchers get at once" },
  rate: { type: "number", default: 1_000, smoke: 100, help: "events per second of which each has one watcher" },
  seconds: { type: "number", default: 5, smoke: 0.5, help: "of these events" },
});
const absent = missingPeers(peer);
const notes = absent.length > 0 ? [missingNote(absent)] : [];
const servers: Readonly<Record<string, () => Promise<ApiTarget>>> = {
  [BARE]: startBareWatchServer,
  ...(absent.length === 0 ? { [UPSTREAM]: () => startUpstream(peer) } : {}),
  Pinnace: () => startPinnaceApi(),
};

/** What watchers need; the bare server takes anything. */
async function prepare(target: ApiTarget): Promise<void> {
  const api = targetApi(target);
  await api.ask("POST", "/api/v1/namespaces", { metadata: { name: NAMESPACE } });
  await prepareNamespace(api, NAMESPACE);
  api.close();
}

const table = new SeriesTable();
for (let round = 0; round < rounds; round++)
  for (const [name, startServer] of Object.entries(servers)) {
    const target = await startServer();
    if (name !== BARE) await prepare(target);
    const { http1, streams, ...load } = values;
    const result = await runWatchers(target, { ...load, streams: http1 ? 0 : streams, patience: PATIENCE });
    await target.stop();
    const rivals = (what: string): string[] =>
      name === BARE ? [] : [BARE, UPSTREAM].filter((each) => each !== name).map((each) => `${each}, ${what}`);
    const add = (what: string, unit: string, value: number, better: "higher" | "lower" = "lower"): void =>
      table.add(`${name}, ${what}`, unit, value, { better, against: rivals(what) });
    add("deliveries", "events/s", result.deliveries, "higher");
    add("processor time per delivery", "µs", result.processor);
    add("memory per watcher", "KB", result.bytesPerWatcher / 1000);
    add("lag p50", "ms", result.lagP50);
    add("lag p99", "ms", result.lagP99);
    add("events taken", "events/s", result.rate, "higher");
  }
publish({ scenario: "watchers", series: table.series, notes, smoke });
