import { WEB_IMAGE } from "@pinnace-tools/images";
import { startCluster } from "./cluster.ts";
import { createSession, findKubectls, type Kubectl } from "./kubectl.ts";
import type { Report } from "./report.ts";
import { runRefusals } from "./scenarios/refusals.ts";
import { runRestart } from "./scenarios/restart.ts";
import { runWorkload } from "./scenarios/workload.ts";

export interface AcceptanceOptions {
  /** Only steps of this kind of node. */
  readonly nodes?: "simulated" | "real";
  /** Only this kubectl: `1.33`. */
  readonly kubectl?: string;
}

/** Drives everything that a user gets, with every kubectl of the machine, on simulated nodes and on a real one. */
export async function runAcceptance(report: Report, options: AcceptanceOptions = {}): Promise<void> {
  const found = await findKubectls();
  const kubectls = options.kubectl === undefined ? found : found.filter((each) => each.version === options.kubectl);
  if (kubectls.length === 0) {
    report.skip("acceptance with kubectl", `no kubectl${options.kubectl ? ` ${options.kubectl}` : ""} on PATH`);
  }
  if (options.nodes !== "real") await onSimulatedNodes(report, kubectls);
}

async function onSimulatedNodes(report: Report, kubectls: readonly Kubectl[]): Promise<void> {
  await runRefusals(report);
  const newest = kubectls.at(-1);
  if (newest !== undefined) await runRestart(report, newest);
  if (kubectls.length === 0) return;
  const cluster = await startCluster({ args: ["--nodes", "3"] });
  try {
    for (const kubectl of kubectls) {
      const session = createSession(kubectl, cluster.kubeconfig, `e2e-${kubectl.version.replace(".", "-")}`);
      const label = `simulated, kubectl ${kubectl.version}`;
      await runWorkload(session, { label, image: WEB_IMAGE, real: false }, report);
    }
  } finally {
    await report.step("simulated: Ctrl-C ends the cluster", () => cluster.remove());
  }
}
