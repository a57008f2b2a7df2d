/** A process of its own that does the {@link WatchJob} in its argument and prints the result as JSON. */
import { setTimeout as sleep } from "node:timers/promises";
import { processorSeconds, residentBytes } from "../process-usage.ts";
import { CONFIG_MAPS, podsPath, type WatchJob, type WatchResult } from "./job.ts";
import { type OpenWatches, openWatches } from "./streams.ts";
import { Writer } from "./writer.ts";

const SETTLING = 1_500;
const LINE_END = 10;
/** Each event has it once; HTTP/1.1 chunks end lines, too. */
const MARK = Buffer.from('"bench.example.com/sent":"');

const job = JSON.parse(process.argv[2] ?? "") as WatchJob;
const sum = (of: (pid: number) => number): number => job.pids.map(of).reduce((a, b) => a + b, 0);

const writer = await Writer.open(job.target);
const { bytesPerWatcher, deliveries, processor } = await burst();
const { lags, rate } = await paced();
writer.close();
const times = Float64Array.from(lags).sort();
const result: WatchResult = {
  ...{ bytesPerWatcher, deliveries, processor, rate },
  lagP50: times[Math.floor(times.length / 2)] ?? 0,
  lagP99: times[Math.floor(times.length * 0.99)] ?? 0,
};
process.stdout.write(JSON.stringify(result));

/** Every watcher gets every event. */
async function burst(): Promise<Pick<WatchResult, "bytesPerWatcher" | "deliveries" | "processor">> {
  const counts = new Uint32Array(job.watchers);
  let total = 0;
  const before = sum(residentBytes);
  const watches = await open(
    () => `${CONFIG_MAPS}?watch=true&resourceVersion=0`,
    (watcher, data) => {
      for (let at = data.indexOf(LINE_END); at >= 0; at = data.indexOf(LINE_END, at + 1))
        if (data[at - 1] === 125) {
          counts[watcher]! += 1;
          total += 1;
        }
    },
  );
  await sleep(SETTLING);
  const bytesPerWatcher = (sum(residentBytes) - before) / job.watchers;
  const wanted = job.watchers * job.burst;
  const processorBefore = sum(processorSeconds);
  const start = performance.now();
  await writer.configMaps(job.burst);
  await waitFor(
    () => total >= wanted,
    () => `${total} of ${wanted} events came`,
  );
  const elapsed = performance.now() - start;
  const processor = ((sum(processorSeconds) - processorBefore) * 1e6) / wanted;
  await sleep(SETTLING / 3);
  for (const count of counts)
    if (count !== job.burst) throw new Error(`a watcher got ${count} events instead of ${job.burst}`);
  watches.close();
  return { bytesPerWatcher, deliveries: (wanted / elapsed) * 1000, processor };
}

/** Every event is for one watcher, as with kubelets. */
async function paced(): Promise<{ readonly lags: readonly number[]; readonly rate: number }> {
  const lags: number[] = [];
  const watches = await open(podsPath, (_watcher, data) => {
    for (let at = data.indexOf(MARK); at >= 0; at = data.indexOf(MARK, at + 1)) {
      const from = at + MARK.length;
      lags.push(performance.now() - Number(data.toString("latin1", from, data.indexOf(34, from))));
    }
  });
  await sleep(SETTLING);
  // Code that runs for the first time is slow; half the time again makes it warm.
  await deliver(job.seconds / 2, lags);
  lags.length = 0;
  const { written, elapsed } = await deliver(job.seconds, lags);
  await sleep(SETTLING / 3);
  if (lags.length !== written) throw new Error(`${lags.length} events came of ${written}`);
  watches.close();
  return { lags, rate: (written / elapsed) * 1000 };
}

/** Writes events and waits until as many have come. */
async function deliver(seconds: number, lags: readonly number[]): ReturnType<Writer["pods"]> {
  const result = await writer.pods(job.rate, seconds, job.watchers);
  await waitFor(
    () => lags.length >= result.written,
    () => `${lags.length} of ${result.written} events came`,
  );
  return result;
}

function open(path: (index: number) => string, onData: (watcher: number, data: Buffer) => void): Promise<OpenWatches> {
  return openWatches(
    job.target,
    Array.from({ length: job.watchers }, (_, index) => path(index)),
    job.streams,
    onData,
  );
}

async function waitFor(done: () => boolean, state: () => string): Promise<void> {
  const end = performance.now() + job.patience;
  while (!done()) {
    if (performance.now() > end) throw new Error(`after ${job.patience / 1000} s, ${state()}`);
    await sleep(5);
  }
}
