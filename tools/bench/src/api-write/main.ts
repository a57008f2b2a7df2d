/**
 * POST of a 3 KiB Pod per second over 1, 32 and 200 connections, each of which waits for its answer: TLS, RBAC, admission,
 * durable when answered. Peer: kube-apiserver with etcd. Limit: as large puts into a bare etcd.
 */
import { benchOptions } from "../options.ts";
import { startPinnaceApi, startPinnaceUp } from "../peers/pinnace.ts";
import type { ApiTarget } from "../peers/target.ts";
import { missingNote, missingPeers, startUpstream } from "../peers/upstream.ts";
import { publish } from "../report.ts";
import { SeriesTable } from "../series-table.ts";
import { UsageError } from "../usage-error.ts";
import { measureBareEtcd } from "./bare-etcd.ts";
import { measureWrites } from "./measure.ts";

const UPSTREAM = "kube-apiserver";
const BARE = "bare etcd";

const { rounds, smoke, peer, values } = benchOptions({
  connections: { type: "numbers", default: [1, 32, 200], smoke: [1, 8], help: "how many send at the same time" },
  seconds: { type: "number", default: 4, smoke: 0.3, help: "of each measurement" },
  warmup: { type: "number", default: 10, smoke: 0.3, help: "seconds of load before the first measurement" },
  bytes: { type: "number", default: 3072, help: "of a Pod as it is sent" },
  auth: { type: "text", default: "token", help: "token or certificate" },
});
if (values.auth !== "token" && values.auth !== "certificate")
  throw new UsageError(`--auth must be token or certificate, not ${JSON.stringify(values.auth)}`);
const absent = missingPeers(peer);
const notes = absent.length > 0 ? [missingNote(absent)] : [];
notes.push("processor time is that of the server's processes, and says the same on a busy machine");
notes.push(`p99 at half load: requests at half the rate of ${Math.max(...values.connections)} connections`);

const table = new SeriesTable();
const servers: Readonly<Record<string, () => Promise<ApiTarget>>> = {
  ...(absent.length === 0 ? { [UPSTREAM]: () => startUpstream(peer) } : {}),
  Pinnace: () => startPinnaceApi(),
  "pinnace up": () => startPinnaceUp(),
};
for (let round = 0; round < rounds; round++) {
  const etcd = peer("etcd");
  if (etcd !== undefined)
    for (const [connections, rate] of await measureBareEtcd(etcd, values))
      table.add(`${BARE}, ${connections}`, "puts/s", rate, { better: "higher" });
  for (const [name, start] of Object.entries(servers)) {
    const target = await start();
    const measured = await measureWrites(target, values);
    await target.stop();
    const rivals = (what: string): string[] => (name === UPSTREAM ? [] : [`${UPSTREAM}, ${what}`]);
    for (const { connections, throughput, p99, processor } of measured.loads) {
      const against = [...rivals(String(connections)), ...(name === UPSTREAM ? [] : [`${BARE}, ${connections}`])];
      table.add(`${name}, ${connections}`, "POST/s", throughput, { better: "higher", against });
      table.add(`${name}, ${connections}, p99`, "ms", p99, { against: rivals(`${connections}, p99`) });
      const time = `${connections}, processor time`;
      table.add(`${name}, ${time}`, "µs/POST", processor, { against: rivals(time) });
    }
    table.add(`${name}, p99 at half load`, "ms", measured.halfLoad.p99, { against: rivals("p99 at half load") });
  }
}
publish({ scenario: "api-write", series: table.series, notes, smoke });
