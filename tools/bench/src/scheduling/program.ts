/** A process of its own that runs the workload of its {@link WorkloadJob} and prints the {@link WorkloadResult} as JSON. */
import type { LoadTarget } from "../load/connection.ts";
import { httpsCalls } from "./https-calls.ts";
import { localCalls } from "./local-calls.ts";
import { runWorkload } from "./run-workload.ts";
import { tableCalls } from "./table-calls.ts";
import type { Workload } from "./workload.ts";

/** Which workload, and where. */
export interface WorkloadJob {
  readonly workload: Workload;
  /** A cluster over HTTPS; absent: one in this process. */
  readonly target?: LoadTarget;
  /** Where the cluster in this process keeps its data. */
  readonly directory: string;
  /** There is a scheduler in this process, and nothing else. */
  readonly alone?: boolean;
}

const CONNECTIONS = 32;

const { workload, target, directory, alone = false } = JSON.parse(process.argv[2] ?? "") as WorkloadJob;
const calls = alone
  ? await tableCalls()
  : target === undefined
    ? await localCalls(directory)
    : await httpsCalls(target, CONNECTIONS);
const result = await runWorkload(calls, workload);
await calls.close();
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
