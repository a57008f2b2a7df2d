/**
 * Events per second to 1,000 watches of one key range, while 200 writers put and each put is durable. Peer: etcd, whose
 * watches come over gRPC. Limit: a loop over as many callbacks, beside it a store in memory.
 */
import { tmpdir } from "node:os";
import { createRealClock } from "@pinnace/clock";
import { BytesValue, createMemoryStore, type Store } from "@pinnace/store";
import { openLogStore } from "@pinnace/store-log";
import { benchOptions } from "../options.ts";
import { launchEtcd } from "../peers/etcd.ts";
import { missingNote, missingPeers } from "../peers/upstream.ts";
import { publish } from "../report.ts";
import { removeFolder, temporaryFolder } from "../resources.ts";
import { SeriesTable } from "../series-table.ts";
import { etcdPuts } from "../store/etcd.ts";
import { watchEtcd } from "./etcd-watches.ts";

const { rounds, smoke, peer, values } = benchOptions({
  watches: { type: "number", default: 1000, smoke: 100, help: "that every event goes to" },
  events: { type: "number", default: 2000, smoke: 100, help: "that are measured" },
  writers: { type: "number", default: 200, smoke: 10, help: "how many write at the same time" },
  bytes: { type: "number", default: 100, help: "of a value" },
  directory: { type: "text", default: tmpdir(), help: "where the files go: a disk, not memory" },
});
const [PREFIX, PREFIX_END] = ["/registry/", "/registry0"];
const PATIENCE = 60_000;
const value = new Uint8Array(values.bytes).fill(120);
const expected = values.events * values.watches;

/** Deliveries per second, from the first put until all are there. */
async function measure(put: (key: string) => Promise<unknown>, delivered: () => number): Promise<number> {
  const start = performance.now();
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < values.events) await put(`${PREFIX}pods/default/pod-${next++ % 1000}`);
  };
  await Promise.all(Array.from({ length: values.writers }, write));
  await until(() => delivered() >= expected);
  const seconds = (performance.now() - start) / 1000;
  if (delivered() !== expected) throw new Error(`${delivered()} of ${expected} events were delivered`);
  return expected / seconds;
}

async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!done()) {
    if (performance.now() > end) throw new Error("events are missing after a minute");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function ofStore(store: Store): Promise<number> {
  let delivered = 0;
  const watches = Array.from({ length: values.watches }, () =>
    store.watch(PREFIX).subscribe(() => {
      delivered += 1;
    }),
  );
  const rate = await measure(
    (key) => store.commit({ when: [], then: [{ type: "put", key, value: new BytesValue(value) }] }),
    () => delivered,
  );
  for (const watch of watches) watch.unsubscribe();
  await store.close();
  return rate;
}

async function ofLogStore(): Promise<number> {
  const directory = temporaryFolder("store-watch", values.directory);
  const rate = await ofStore(await openLogStore({ directory, clock: createRealClock() }));
  removeFolder(directory);
  return rate;
}

async function ofEtcd(program: string): Promise<number> {
  const server = await launchEtcd(program, values.directory);
  await server.ready();
  const [engine, watches] = [etcdPuts(server.url), watchEtcd(server.url, values.watches, PREFIX, PREFIX_END)];
  const work = async (): Promise<number> => {
    await until(() => watches.tally.created === values.watches);
    return measure(
      (key) => engine.put(key, value),
      () => watches.tally.events,
    );
  };
  const rate = await Promise.race([work(), watches.failed]);
  watches.close();
  await engine.close();
  await server.stop();
  return rate;
}

function ofCallbacks(): number {
  let delivered = 0;
  const callbacks = Array.from({ length: values.watches }, () => () => {
    delivered += 1;
  });
  const start = performance.now();
  for (let event = 0; event < values.events; event += 1) for (const callback of callbacks) callback();
  return delivered / ((performance.now() - start) / 1000);
}

const etcd = peer("etcd");
const notes = etcd === undefined ? [missingNote(missingPeers(peer, ["etcd"]))] : [];
const table = new SeriesTable();
for (let round = 0; round < rounds; round++) {
  const add = (name: string, rate: number, against: readonly string[] = []): void =>
    table.add(name, "events/s", rate, { better: "higher", against });
  if (etcd !== undefined) add("etcd", await ofEtcd(etcd));
  add("bare callbacks", ofCallbacks());
  add("store-log", await ofLogStore(), ["etcd", "bare callbacks"]);
  add("store in memory", await ofStore(createMemoryStore({ clock: createRealClock() })), ["etcd", "bare callbacks"]);
}
publish({ scenario: "store-watch", series: table.series, notes, smoke });
