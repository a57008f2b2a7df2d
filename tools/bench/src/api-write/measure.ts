import type { LoadJob, LoadResult } from "../load/job.ts";
import { runLoad } from "../load/run-load.ts";
import { podJson } from "../objects.ts";
import type { ApiTarget } from "../peers/target.ts";
import { prepareNamespace, targetApi } from "../peers/target-api.ts";
import { processorSeconds } from "../process-usage.ts";

const PODS = "/api/v1/namespaces/default/pods";
const WARM_CONNECTIONS = 32;

interface WriteOptions {
  readonly connections: readonly number[];
  /** Of each measurement. */
  readonly seconds: number;
  readonly warmup: number;
  /** Of a Pod. */
  readonly bytes: number;
  readonly auth: "token" | "certificate" | string;
}

/** `processor` is the server's time per POST, microseconds. */
type MeasuredLoad = LoadResult & { readonly connections: number; readonly processor: number };

/** What one server did under each number of connections. */
interface MeasuredWrites {
  readonly loads: readonly MeasuredLoad[];
  /** Over as many connections as the largest load, at half of its rate. */
  readonly halfLoad: LoadResult;
}

/** Posts pods, verifies that each was answered with 201, and that all of them are there in the end. */
export async function measureWrites(target: ApiTarget, options: WriteOptions): Promise<MeasuredWrites> {
  const api = targetApi(target);
  await prepareNamespace(api);
  let created = await api.count(PODS);
  const post = async (prefix: string, load: Pick<LoadJob, "connections" | "seconds" | "rate">): Promise<LoadResult> => {
    const result = await runLoad({ ...jobFor(target, options), ...load, prefix });
    created += result.answers;
    return result;
  };
  await post("warm", { connections: WARM_CONNECTIONS, seconds: options.warmup });
  const loads: MeasuredLoad[] = [];
  for (const [index, connections] of options.connections.entries()) {
    const before = processorSecondsOf(target);
    const result = await post(`load${index}`, { connections, seconds: options.seconds });
    const processor = ((processorSecondsOf(target) - before) * 1e6) / result.answers;
    loads.push({ ...result, connections, processor });
  }
  const largest = loads.reduce((a, b) => (b.connections > a.connections ? b : a));
  const half = { connections: largest.connections, seconds: options.seconds, rate: largest.throughput / 2 };
  const halfLoad = await post("half", half);
  const present = await api.count(PODS);
  api.close();
  if (present !== created) throw new Error(`${target.name} acknowledged ${created} pods and has ${present}`);
  return { loads, halfLoad };
}

function processorSecondsOf({ pids }: ApiTarget): number {
  return pids.reduce((sum, pid) => sum + processorSeconds(pid), 0);
}

function jobFor(
  { port, ca, token, client }: ApiTarget,
  { bytes, auth }: WriteOptions,
): Omit<LoadJob, "connections" | "seconds"> {
  return {
    target: { port, ca, ...(auth === "token" ? { token } : { client }) },
    ...{ method: "POST", path: PODS, expected: 201, body: podJson(bytes) },
  };
}
