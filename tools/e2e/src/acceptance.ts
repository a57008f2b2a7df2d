import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findRequirements } from "@pinnace/cri/node";
import { buildWebImage, WEB_IMAGE } from "@pinnace-tools/images";
import { type Cluster, startCluster } from "./cluster.ts";
import { expectEqual } from "./expect.ts";
import { createSession, findKubectls, type Kubectl } from "./kubectl.ts";
import { run } from "./process.ts";
import type { Report } from "./report.ts";
import { expectNothingLeft, podInterfaces, runRealNode } from "./scenarios/real-node.ts";
import { runRefusals } from "./scenarios/refusals.ts";
import { runRealRestart, runRestart } from "./scenarios/restart.ts";
import { runSharedEtcd } from "./scenarios/shared-etcd.ts";
import { runWorkload } from "./scenarios/workload.ts";

interface AcceptanceOptions {
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
  if (options.nodes !== "simulated") await onRealNode(report, kubectls);
}

/** Why this machine cannot run a real node; "" when it can. */
function obstacle(): string {
  if (process.getuid?.() !== 0) return "not root";
  return findRequirements(process.env.PATH ?? "").missing.join(", ");
}

async function onRealNode(report: Report, kubectls: readonly Kubectl[]): Promise<void> {
  const why = obstacle();
  if (why !== "") report.skip("acceptance on a real node", why);
  const newest = kubectls.at(-1);
  if (why !== "" || newest === undefined) return;
  const interfaces = podInterfaces();
  const started: Cluster[] = [];
  await report.step("real: pinnace up --real", async () => void started.push(await startCluster({ args: ["--real"] })));
  const [cluster] = started;
  if (cluster === undefined) return;
  try {
    await report.step("real: import the demo image", () => importWebImage(cluster));
    await runRealNode(createSession(newest, cluster.kubeconfig, "e2e-real"), WEB_IMAGE, report);
    for (const kubectl of kubectls) {
      const session = createSession(kubectl, cluster.kubeconfig, `e2e-${kubectl.version.replace(".", "-")}`);
      await runWorkload(session, { label: `real, kubectl ${kubectl.version}`, image: WEB_IMAGE, real: true }, report);
    }
  } finally {
    await report.step("real: Ctrl-C leaves nothing behind", async () => {
      await cluster.stop();
      expectNothingLeft(cluster.dataDirectory, interfaces);
    });
    await runRealRestart(newest, cluster.dataDirectory, interfaces, report);
    rmSync(cluster.dataDirectory, { recursive: true, force: true });
  }
}

async function importWebImage({ dataDirectory }: Cluster): Promise<void> {
  const path = join(dataDirectory, "web.tar");
  writeFileSync(path, await buildWebImage());
  const socket = join(dataDirectory, "containerd/containerd.sock");
  const { code, stderr } = await run("ctr", ["--address", socket, "--namespace", "k8s.io", "images", "import", path]);
  expectEqual(code, 0, `exit code of ctr\n${stderr}`);
}

async function onSimulatedNodes(report: Report, kubectls: readonly Kubectl[]): Promise<void> {
  await runRefusals(report);
  const newest = kubectls.at(-1);
  if (newest !== undefined) await runRestart(report, newest);
  if (newest !== undefined) await runSharedEtcd(report, newest);
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
