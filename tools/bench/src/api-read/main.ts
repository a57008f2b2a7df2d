/**
 * Reads through TLS and RBAC: GET of one Pod over 32 connections, LIST of 24,000 pods of 5.7 KB, and LIST with a label
 * selector over 300,000 objects. Peer: kube-apiserver with etcd. Limit: a bare Node server that sends the same bytes.
 */
import { benchOptions } from "../options.ts";
import { startPinnaceApi } from "../peers/pinnace.ts";
import type { ApiTarget } from "../peers/target.ts";
import { targetApi } from "../peers/target-api.ts";
import { missingNote, missingPeers, startUpstream } from "../peers/upstream.ts";
import { publish } from "../report.ts";
import { SeriesTable } from "../series-table.ts";
import type { Engine } from "../store/engine.ts";
import { startBareServer } from "./bare.ts";
import { fillPods, measureGets, measureList, measureSelector, PODS } from "./measure.ts";
import { seedObjects } from "./selector-objects.ts";

const UPSTREAM = "kube-apiserver";
const BARE = "bare Node";

const { rounds, smoke, peer, values } = benchOptions({
  connections: { type: "number", default: 32, smoke: 4, help: "that GET at the same time" },
  seconds: { type: "number", default: 3, smoke: 0.3, help: "of GET in a round" },
  pods: { type: "number", default: 24_000, smoke: 300, help: "in the list" },
  bytes: { type: "number", default: 2150, help: "of a Pod as it is sent; in the list it is 5.7 KB" },
  objects: { type: "number", default: 300_000, smoke: 3_000, help: "among which the selector chooses" },
});
const absent = missingPeers(peer);
const notes = absent.length > 0 ? [missingNote(absent)] : [];
const seed = (engine: Engine): Promise<void> => seedObjects(engine, values.objects);

const targets = new Map<string, ApiTarget>();
if (absent.length === 0) targets.set(UPSTREAM, await startUpstream(peer, { seed }));
const own = await startPinnaceApi({ seed });
targets.set("Pinnace", own);
for (const target of targets.values()) await fillPods(target, values);
const api = targetApi(own);
const first = Buffer.from(JSON.stringify(await api.ask("GET", `${PODS}/seed-0000000`)));
const all = Buffer.from(JSON.stringify(await api.ask("GET", PODS)));
api.close();
notes.push(`the list has ${Math.round(all.length / 1e6)} MB, ${Math.round(all.length / values.pods)} bytes a pod`);
const bare = await startBareServer(first, all);

const table = new SeriesTable();
for (let round = 0; round < rounds; round++) {
  const gets = await measureGets(bare, "/object", values);
  table.add(`${BARE}, GET`, "GET/s", gets, { better: "higher" });
  table.add(`${BARE}, LIST`, "ms", (await measureList(bare, "/list")).milliseconds);
  for (const [name, target] of targets) {
    const rivals = (what: string): string[] => (name === UPSTREAM ? [] : [`${UPSTREAM}, ${what}`, `${BARE}, ${what}`]);
    const rate = await measureGets(target, `${PODS}/seed-0000000`, values);
    table.add(`${name}, GET`, "GET/s", rate, { better: "higher", against: rivals("GET") });
    const { milliseconds, extraBytes } = await measureList(target, PODS, values.pods);
    table.add(`${name}, LIST`, "ms", milliseconds, { against: rivals("LIST") });
    table.add(`${name}, LIST, extra memory`, "% of its bytes", (extraBytes / all.length) * 100);
    table.add(`${name}, LIST with selector`, "ms", await measureSelector(target, values.objects), {
      against: rivals("LIST with selector"),
    });
  }
}
for (const target of [bare, ...targets.values()]) await target.stop();
publish({ scenario: "api-read", series: table.series, notes, smoke });
