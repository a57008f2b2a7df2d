import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { get } from "node:http";
import { expectEqual, expectMatch } from "../expect.ts";
import type { Session } from "../kubectl.ts";
import { webManifest } from "../manifests.ts";
import { eventually } from "../process.ts";
import type { Report } from "../report.ts";

/** What only containers, networks and a kernel can show. Expects the image to be there. */
export async function runRealNode(session: Session, image: string, report: Report): Promise<void> {
  const prepared = await report.step("real: a Deployment of 3 with Service and ConfigMap", async () => {
    await session.ok(["create", "namespace", session.namespace]);
    await session.ok(["apply", "-f", "-"], { stdin: webManifest(image) });
    await session.ok(["rollout", "status", "deployment/web", "--timeout=60s"]);
  });
  if (!prepared) return;
  await report.step("real: each pod has an address of its own", async () => {
    const ips = await addresses(session);
    expectEqual(new Set(ips).size, 3, "addresses");
    for (const ip of ips) expectMatch(ip, /^10\.244\.0\.\d+$/, "address");
  });
  await report.step("real: the cluster IP answers from the host", async () => {
    const ip = await session.ok(["get", "service", "web", "-o", "jsonpath={.spec.clusterIP}"]);
    await eventually(async () => expectMatch(await fetchText(`http://${ip}/index.html`), /hello from a file/), 10_000);
  });
  await report.step("real: the service answers from a pod, by address and by name", async () => {
    const ip = await session.ok(["get", "service", "web", "-o", "jsonpath={.spec.clusterIP}"]);
    for (const host of [ip, "web", `web.${session.namespace}.svc.cluster.local`]) {
      const text = await session.ok([
        "exec",
        "deployment/web",
        "--",
        "wget",
        "-q",
        "-O",
        "-",
        `http://${host}/index.html`,
      ]);
      expectMatch(text, /hello from a file/, host);
    }
  });
  await report.step("real: a pod reaches the API with its service account", async () => {
    const text = await session.ok([
      "exec",
      "deployment/web",
      "--",
      "ls",
      "/var/run/secrets/kubernetes.io/serviceaccount",
    ]);
    expectMatch(text, /ca\.crt\s+namespace\s+token/);
    const dial = "nc -w 3 kubernetes.default 443 < /dev/null";
    const answer = await session.any(["exec", "deployment/web", "--", "sh", "-c", dial]);
    expectEqual(answer.code, 0, `exit code\n${answer.stderr}`);
  });
  await report.step("real: a killed container is restarted", async () => {
    const pod = await session.ok(["get", "pods", "-l", "app=web", "-o", "jsonpath={.items[0].metadata.name}"]);
    await killContainer(session, pod);
    await eventually(async () => {
      const status = await session.ok([
        "get",
        "pod",
        pod,
        "-o",
        "jsonpath={.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].ready}",
      ]);
      expectEqual(status, "1 true", "restarts and readiness");
    }, 60_000);
    expectMatch(await session.ok(["logs", pod, "--previous"]), /serving hello/);
  });
  await report.step("real: a changed ConfigMap reaches the mounted file", async () => {
    await session.ok(["apply", "-f", "-"], { stdin: webManifest(image, "changed") });
    const pod = await session.ok(["get", "pods", "-l", "app=web", "-o", "jsonpath={.items[0].metadata.name}"]);
    await eventually(
      async () => {
        expectMatch(await session.ok(["exec", pod, "--", "cat", "/etc/web/greeting"]), /changed/);
      },
      100_000,
      1_000,
    );
  });
  await report.step("real: deletion", async () => {
    await session.ok(["delete", "namespace", session.namespace, "--timeout=90s"]);
  });
}

async function addresses(session: Session): Promise<readonly string[]> {
  const text = await session.ok(["get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].status.podIP}"]);
  return text.split(" ");
}

/** Kills the container's process from the host, as the kernel's OOM killer would. */
async function killContainer(session: Session, pod: string): Promise<void> {
  const uid = await session.ok(["get", "pod", pod, "-o", "jsonpath={.metadata.uid}"]);
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const isPods = readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(uid);
      if (isPods && readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("httpd"))
        process.kill(Number(pid), "SIGKILL");
    } catch (error) {
      if (!["ENOENT", "ESRCH"].includes((error as { code?: string }).code ?? "")) throw error; // it has ended
    }
  }
}

/** GET of a text; rejects when nothing answers within three seconds. */
export function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: 3_000 }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve(text));
    });
    request.on("timeout", () => request.destroy(new Error(`${url} does not answer`)));
    request.on("error", reject);
  });
}

/** Interfaces with an address of a pod range. Others than ours may have such, so a check compares with before. */
export function podInterfaces(): readonly string[] {
  const lines = execFileSync("ip", ["-o", "address"], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.includes("10.244.0.")).map((line) => line.split(/\s+/)[1] ?? "");
}

/** After Ctrl-C: no process, network namespace, nft table, interface, mount or cgroup of the cluster. */
export function expectNothingLeft(dataDirectory: string, interfacesBefore: readonly string[]): void {
  const lines = (command: string, args: readonly string[]): string => execFileSync(command, args, { encoding: "utf8" });
  const processes = lines("ps", ["-eo", "args"])
    .split("\n")
    .filter((line) => line.includes(dataDirectory));
  expectEqual(processes, [], "processes");
  const mounts = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .filter((line) => line.includes(dataDirectory));
  expectEqual(mounts, [], "mounts");
  expectEqual(lines("nft", ["list", "tables"]).includes("table ip pinnace\n"), false, "nft table pinnace");
  const added = podInterfaces().filter((name) => !interfacesBefore.includes(name));
  expectEqual(added, [], "interfaces with addresses of pods");
  const cgroups = ["/sys/fs/cgroup/pinnace", "/sys/fs/cgroup/memory/pinnace"].filter((path) => existsSync(path));
  expectEqual(cgroups, [], "cgroups");
}
