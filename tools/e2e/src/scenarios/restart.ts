import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WEB_IMAGE } from "@pinnace-tools/images";
import { type Cluster, startCluster } from "../cluster.ts";
import { expectEqual, expectMatch } from "../expect.ts";
import { createSession, type Kubectl, type Session } from "../kubectl.ts";
import { eventually, run } from "../process.ts";
import type { Report } from "../report.ts";
import { expectNothingLeft, fetchText } from "./real-node.ts";

const sessionOf = (kubectl: Kubectl, cluster: Cluster): Session =>
  createSession(kubectl, cluster.kubeconfig, "default");

/** A second start goes on from the first one's state, `--reset` forgets it, static tokens are accepted. */
export async function runRestart(report: Report, kubectl: Kubectl): Promise<void> {
  let dataDirectory = "";
  const passed = await report.step("restart: what was acknowledged is there after kill -9", async () => {
    const first = await startCluster({ args: ["--nodes", "1"] });
    dataDirectory = first.dataDirectory;
    await sessionOf(kubectl, first).ok(["create", "configmap", "kept", "--from-literal=a=b"]);
    await first.process.stop("SIGKILL");
    const second = await startCluster({ args: ["--nodes", "1"], dataDirectory });
    try {
      expectMatch(await sessionOf(kubectl, second).ok(["get", "configmap", "kept", "-o", "yaml"]), /a: b/);
    } finally {
      await second.stop();
    }
  });
  if (!passed) return;
  await report.step("restart: static tokens", async () => {
    const tokens = join(dataDirectory, "tokens.csv");
    writeFileSync(tokens, 'secret-token,jane,1,"system:masters"\n');
    const cluster = await startCluster({ args: ["--nodes", "0", "--token-auth-file", tokens], dataDirectory });
    try {
      const args = ["--server", cluster.server, "--insecure-skip-tls-verify", "--kubeconfig", "/dev/null", "--token"];
      const good = await run(kubectl.path, [...args, "secret-token", "get", "configmap", "kept"]);
      expectMatch(good.stdout, /kept/, `output of the right token\n${good.stderr}`);
      const bad = await run(kubectl.path, [...args, "wrong", "get", "configmap", "kept"]);
      expectMatch(bad.stderr, /Unauthorized|must be logged in|provide credentials/i, "output of a wrong token");
    } finally {
      await cluster.stop();
    }
  });
  await report.step("restart: --reset", async () => {
    const cluster = await startCluster({ args: ["--nodes", "0", "--reset"], dataDirectory });
    try {
      const { stderr } = await sessionOf(kubectl, cluster).any(["get", "configmap", "kept"]);
      expectMatch(stderr, /configmaps "kept" not found/);
    } finally {
      await cluster.stop();
    }
  });
  rmSync(dataDirectory, { recursive: true, force: true });
}

/** A real node's pods come back after a stop and after `kill -9`, with nothing of the crash left in the end. */
export async function runRealRestart(
  kubectl: Kubectl,
  dataDirectory: string,
  interfaces: readonly string[],
  report: Report,
): Promise<void> {
  const start = (): Promise<Cluster> => startCluster({ args: ["--real"], dataDirectory });
  await report.step("real: pods come back after a stop", async () => {
    const first = await start();
    const session = sessionOf(kubectl, first);
    await session.ok(["create", "deployment", "back", `--image=${WEB_IMAGE}`, "--replicas=2"]);
    await session.ok(["rollout", "status", "deployment/back", "--timeout=60s"]);
    await first.stop();
    const second = await start();
    await untilRunning(sessionOf(kubectl, second), 2);
    await second.process.stop("SIGKILL");
  });
  await report.step("real: pods come back after kill -9, which leaves nothing behind", async () => {
    const third = await start();
    await untilRunning(sessionOf(kubectl, third), 2);
    await third.stop();
    expectNothingLeft(dataDirectory, interfaces);
  });
  await report.step("real: another cluster removes what a killed one left", async () => {
    const fourth = await start();
    await untilRunning(sessionOf(kubectl, fourth), 2);
    await fourth.process.stop("SIGKILL");
    const other = await startCluster({ args: ["--real"] });
    await other.remove();
    expectNothingLeft(dataDirectory, interfaces);
    expectNothingLeft(other.dataDirectory, interfaces);
  });
  await report.step("real: --reset after kill -9", async () => {
    const fifth = await start();
    await untilRunning(sessionOf(kubectl, fifth), 2);
    await fifth.process.stop("SIGKILL");
    const sixth = await startCluster({ args: ["--real", "--reset"], dataDirectory });
    expectEqual(await sessionOf(kubectl, sixth).ok(["get", "deployments", "-o", "name"]), "", "deployments");
    await sixth.stop();
    expectNothingLeft(dataDirectory, interfaces);
  });
}

/** Restarted containers say so; one that is only remembered as running has not restarted. */
async function untilRunning(session: Session, count: number): Promise<void> {
  await eventually(async () => {
    const columns = "jsonpath={range .items[*]}{.status.podIP} {.status.containerStatuses[0].ready}{'\\n'}{end}";
    const lines = (await session.ok(["get", "pods", "-l", "app=back", "-o", columns])).trim().split("\n");
    expectEqual(lines.filter((line) => line.endsWith(" true")).length, count, `ready pods\n${lines.join("\n")}`);
    for (const line of lines) expectMatch(await fetchText(`http://${line.split(" ")[0]}:8080/`), /it works/);
  }, 60_000);
}
