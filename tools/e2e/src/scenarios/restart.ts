import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Cluster, startCluster } from "../cluster.ts";
import { expectMatch } from "../expect.ts";
import { createSession, type Kubectl, type Session } from "../kubectl.ts";
import { run } from "../process.ts";
import type { Report } from "../report.ts";

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
