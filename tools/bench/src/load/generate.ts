import { type Connection, Connection as Connections, headOf } from "./connection.ts";
import { type LoadJob, type LoadResult, NAME } from "./job.ts";

const NAME_DIGITS = 7;

/** Does a job and measures it. Rejects when a connection fails. */
export async function generate(job: LoadJob): Promise<LoadResult> {
  const connections = await Promise.all(
    Array.from({ length: job.connections }, () => Connections.open(job.target, job.expected)),
  );
  const run = new Run(job);
  const processor = process.cpuUsage();
  const start = performance.now();
  await Promise.all(connections.map((connection, index) => run.work(connection, index, start)));
  const elapsed = performance.now() - start;
  const { user, system } = process.cpuUsage(processor);
  for (const connection of connections) connection.close();
  return run.result(elapsed, (user + system) / 1000 / elapsed);
}

class Run {
  readonly #job: LoadJob;
  readonly #request: () => Uint8Array;
  readonly #times: number[] = [];
  #started = 0;
  #bytes = 0;
  #wrong = 0;
  #firstWrong: string | undefined;

  constructor(job: LoadJob) {
    this.#job = job;
    this.#request = requestsOf(job);
  }

  /** Sends one request after the other until the job is done. */
  async work(connection: Connection, index: number, start: number): Promise<void> {
    const { seconds, count = Number.POSITIVE_INFINITY, rate, connections } = this.#job;
    const end = start + seconds * 1000;
    const interval = rate === undefined ? 0 : (connections / rate) * 1000;
    // A request is late from the moment at which it was due, not from that at which the connection was free for it.
    let due = start + (interval * index) / connections;
    while (this.#started < count) {
      if (interval > 0) await sleepUntil(due);
      if (performance.now() >= end) return;
      this.#started += 1;
      const from = interval > 0 ? due : performance.now();
      const answer = await connection.send(this.#request());
      this.#times.push(performance.now() - from);
      this.#bytes += answer.length;
      if (answer.status !== this.#job.expected) {
        this.#wrong += 1;
        this.#firstWrong ??= `${answer.status} ${answer.body?.toString("utf8", 0, 500)}`;
      }
      due += interval;
    }
  }

  result(elapsed: number, busy: number): LoadResult {
    const times = Float64Array.from(this.#times).sort();
    const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
    return {
      ...{ answers: times.length, throughput: (times.length / elapsed) * 1000, bytes: this.#bytes, busy },
      ...{ p50: at(0.5), p99: at(0.99), max: at(1), wrong: this.#wrong },
      ...(this.#firstWrong === undefined ? {} : { firstWrong: this.#firstWrong }),
    };
  }
}

async function sleepUntil(moment: number): Promise<void> {
  const left = moment - performance.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
}

/** Makes requests: the same bytes for GET, another name each for POST. */
function requestsOf({ method, path, target, body, prefix = "object" }: LoadJob): () => Uint8Array {
  if (body === undefined) {
    const request = Buffer.from(headOf(method, path, target));
    return () => request;
  }
  const name = (index: number): string => `${prefix}-${String(index).padStart(NAME_DIGITS, "0")}`;
  const length = Buffer.byteLength(body.replaceAll(NAME, name(0)));
  const parts = `${headOf(method, path, target, length)}${body}`.split(NAME);
  let next = 0;
  return () => Buffer.from(parts.join(name(next++)));
}
