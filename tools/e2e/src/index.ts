/** The parts of the acceptance run that other tools drive: a cluster as a user starts it, kubectl, and its scenario. */
export { type Cluster, startCluster } from "./cluster.ts";
export { expectEqual, expectMatch } from "./expect.ts";
export { createSession, findKubectls, type Kubectl, type Session } from "./kubectl.ts";
export { type Background, eventually, type Finished, type RunOptions, run, start } from "./process.ts";
export type { Report } from "./report.ts";
export { runWorkload } from "./scenarios/workload.ts";
