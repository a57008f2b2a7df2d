import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRealClock } from "@pinnace/clock";
import { silentLogger } from "@pinnace/logging";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ContainerConfig, PodSandboxConfig, RuntimeEvent } from "../src/index.ts";
import {
  buildImageArchive,
  type Containerd,
  findRequirements,
  removeCgroup,
  startContainerd,
} from "../src/node/index.ts";

const requirements = findRequirements(process.env.PATH ?? "");
const isRoot = process.getuid?.() === 0;
const why = isRoot ? requirements.missing.join(", ") : "not root";
const CGROUP = `/pinnace-test-${process.pid}`;
const IMAGE = "localhost/pinnace/test:1";

const security = {
  privileged: false,
  readonlyRootfs: false,
  noNewPrivileges: false,
  supplementalGroups: [],
  addCapabilities: [],
  dropCapabilities: [],
  seccomp: "Unconfined",
} as const;

function sandboxConfig(directory: string, name: string): PodSandboxConfig {
  return {
    name,
    namespace: "default",
    uid: `uid-${name}`,
    attempt: 0,
    hostname: "",
    logDirectory: join(directory, "logs"),
    labels: { "io.kubernetes.pod.uid": `uid-${name}` },
    annotations: {},
    cgroupParent: CGROUP,
    hostNetwork: true,
    hostPid: false,
    hostIpc: false,
    shareProcessNamespace: false,
    privileged: false,
  };
}

function containerConfig(command: readonly string[]): ContainerConfig {
  return {
    name: "main",
    attempt: 0,
    image: IMAGE,
    command,
    args: [],
    env: [{ name: "GREETING", value: "hello" }],
    mounts: [],
    labels: {},
    annotations: {},
    logPath: "main.log",
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources: {},
    security,
    hostPid: false,
    hostIpc: false,
    hostNetwork: true,
    shareProcessNamespace: false,
  };
}

describe.skipIf(why !== "")(`containerd${why === "" ? "" : ` (not run: ${why})`}`, () => {
  let directory = "";
  let containerd: Containerd;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "pinnace-cri-"));
    await mkdir(join(directory, "logs"));
    containerd = await startContainerd({
      directory: join(directory, "containerd"),
      cniConfigDirectory: join(directory, "net.d"),
      cniBinaryDirectory: join(directory, "bin"),
      requirements,
      clock: createRealClock(),
      logger: silentLogger,
    });
    const busybox = await readFile("/bin/busybox");
    const archive = await buildImageArchive({
      reference: IMAGE,
      architecture: process.arch === "arm64" ? "arm64" : "amd64",
      files: [
        { path: "bin/busybox", content: busybox, mode: 0o755 },
        { path: "bin/sh", link: "busybox" },
      ],
      command: ["sh"],
    });
    await writeFile(join(directory, "image.tar"), archive);
    expect(await containerd.importImage(join(directory, "image.tar"))).toEqual([IMAGE]);
  }, 60_000);

  afterAll(async () => {
    await containerd.stop();
    await removeCgroup(CGROUP, { clock: createRealClock() });
    const mounts = await readFile("/proc/self/mounts", "utf8");
    expect(mounts).not.toContain(directory);
    await rm(directory, { recursive: true });
  }, 60_000);

  it("runs a container, tells of its exit, and keeps its log", async () => {
    const { runtime } = containerd;
    const events: RuntimeEvent[] = [];
    const subscription = runtime.events().subscribe((event) => events.push(event));
    const config = sandboxConfig(directory, "a");
    const sandbox = await runtime.runPodSandbox(config, "");
    expect(await runtime.podSandboxStatus(sandbox)).toMatchObject({ state: "READY", name: "a", ips: [] });
    expect(await runtime.imageStatus(IMAGE)).toMatchObject({ repoTags: [IMAGE] });
    const id = await runtime.createContainer(sandbox, containerConfig(["sh", "-c", "echo $GREETING; exit 3"]), config);
    await runtime.startContainer(id);
    await expect
      .poll(() => events.filter((event) => event.containerId === id).map((event) => event.type))
      .toContain("exited");
    await expect.poll(async () => (await runtime.containerStatus(id)).state).toBe("EXITED");
    expect(await runtime.containerStatus(id)).toMatchObject({ exitCode: 3, reason: "Error", name: "main" });
    expect(await readFile(join(directory, "logs/main.log"), "utf8")).toMatch(/^\S+ stdout F hello\n$/);
    expect(await runtime.listContainers({ podSandboxId: sandbox })).toHaveLength(1);
    subscription.unsubscribe();
    await runtime.stopPodSandbox(sandbox);
    await runtime.removePodSandbox(sandbox);
    await runtime.removePodSandbox(sandbox);
    expect(await runtime.listPodSandboxes({ podUid: "uid-a" })).toEqual([]);
  });

  it("executes commands and measures", async () => {
    const { runtime } = containerd;
    const config = sandboxConfig(directory, "b");
    const sandbox = await runtime.runPodSandbox(config, "");
    const id = await runtime.createContainer(sandbox, containerConfig(["sh", "-c", "busybox sleep 1000"]), config);
    await runtime.startContainer(id);
    const result = await runtime.execSync(id, ["sh", "-c", "echo out; echo err >&2; exit 5"], 5);
    expect([result.exitCode, String(result.stdout), String(result.stderr)]).toMatchObject([
      5,
      expect.anything(),
      expect.anything(),
    ]);
    expect(new TextDecoder().decode(result.stdout)).toBe("out\n");
    expect(
      await runtime.exec({ containerId: id, command: ["sh"], tty: false, stdin: false, stdout: true, stderr: true }),
    ).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/exec\//),
    });
    expect((await runtime.containerStats(id)).id).toBe(id);
    await expect(runtime.execSync(id, ["sh", "-c", "busybox sleep 30"], 1)).rejects.toMatchObject({
      code: "DEADLINE_EXCEEDED",
    });
    await runtime.stopContainer(id, 0);
    await runtime.stopPodSandbox(sandbox);
    await runtime.removePodSandbox(sandbox);
  });

  it("refuses with codes", async () => {
    const { runtime } = containerd;
    await expect(runtime.containerStatus("nope")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await runtime.imageStatus("localhost/nope:1")).toBeUndefined();
    await runtime.stopContainer("nope", 0);
    await runtime.removeContainer("nope");
    await expect(runtime.pullImage("127.0.0.1:1/nope:1")).rejects.toMatchObject({ name: "CriError" });
  });
});
