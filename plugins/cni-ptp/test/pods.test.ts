import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { createRealClock } from "@pinnace/clock";
import {
  type CniAgent,
  createCniAgent,
  createCniComponents,
  installCniNetwork,
  installCniShim,
  loopbackPlugin,
} from "@pinnace/cni-plugins";
import type { ContainerConfig, PodSandboxConfig } from "@pinnace/cri";
import { buildImageArchive, type Containerd, findRequirements, startContainerd } from "@pinnace/cri/node";
import { createDnsServer } from "@pinnace/dns";
import { silentLogger } from "@pinnace/logging";
import { createServiceProxy, runProgram } from "@pinnace/proxy";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { literalInformers } from "../../../packages/proxy/test/informers.ts";
import { service, slice } from "../../../packages/proxy/test/objects.ts";
import plugin from "../src/index.ts";

const requirements = findRequirements(process.env.PATH ?? "");
const BUSYBOX = "/bin/busybox";
const missing = [...requirements.missing, ...(existsSync(BUSYBOX) ? [] : ["busybox-static is not installed"])];
const why = process.getuid?.() === 0 ? missing.join(", ") : "not root";
const IMAGE = "localhost/pinnace/ptp-test:1";
// A range of its own for each process, so that two runs on one machine do not meet.
const CGROUP = `/pinnace-ptp-test-${process.pid}`;
const SERVICES = `10.${170 + (process.pid % 20)}.${process.pid % 250}`;
const DNS = `${SERVICES}.10`;
const SUBNET = `10.${200 + (process.pid % 40)}.${process.pid % 250}`;

interface Pod {
  readonly sandbox: string;
  readonly container: string;
  readonly ip: string;
}

function sandboxConfig(directory: string, name: string): PodSandboxConfig {
  return {
    name,
    namespace: "default",
    uid: `uid-${name}`,
    attempt: 0,
    hostname: name,
    logDirectory: directory,
    dns: { servers: [DNS], searches: ["ns.svc.cluster.local", "cluster.local"], options: ["ndots:5"] },
    labels: {},
    annotations: {},
    cgroupParent: CGROUP,
    hostNetwork: false,
    hostPid: false,
    hostIpc: false,
    shareProcessNamespace: false,
    privileged: false,
  };
}

const security = {
  privileged: false,
  readonlyRootfs: false,
  noNewPrivileges: false,
  supplementalGroups: [],
  addCapabilities: [],
  dropCapabilities: [],
  seccomp: "Unconfined",
} as const;

const container: ContainerConfig = {
  name: "web",
  attempt: 0,
  image: IMAGE,
  command: ["/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"],
  args: [],
  env: [],
  mounts: [],
  labels: {},
  annotations: {},
  logPath: "web.log",
  stdin: false,
  stdinOnce: false,
  tty: false,
  resources: {},
  security,
  hostPid: false,
  hostIpc: false,
  hostNetwork: false,
  shareProcessNamespace: false,
};

function nodeAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all.find((each) => each.family === "IPv4" && !each.internal && !each.address.startsWith(SUBNET))!.address;
}

const fetchText = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve(text));
    }).on("error", reject);
  });

describe.skipIf(why !== "")(`pods on a ptp network${why === "" ? "" : ` (not run: ${why})`}`, () => {
  let directory = "";
  let agent: CniAgent;
  let containerd: Containerd;

  const startPod = async (name: string): Promise<Pod> => {
    const { runtime } = containerd;
    const config = sandboxConfig(directory, name);
    const sandbox = await runtime.runPodSandbox(config, "");
    const id = await runtime.createContainer(sandbox, container, config);
    await runtime.startContainer(id);
    const { ips } = await runtime.podSandboxStatus(sandbox);
    return { sandbox, container: id, ip: ips[0]! };
  };

  const removePod = async (pod: Pod): Promise<void> => {
    await containerd.runtime.stopContainer(pod.container, 0);
    await containerd.runtime.stopPodSandbox(pod.sandbox);
    await containerd.runtime.removePodSandbox(pod.sandbox);
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "pinnace-ptp-"));
    const [configDirectory, binaryDirectory] = [join(directory, "net.d"), join(directory, "bin")];
    const socketPath = join(directory, "cni.sock");
    const plugins = {
      loopback: loopbackPlugin.create(await createCniComponents({ stateDirectory: join(directory, "loopback") }), {}),
      ptp: plugin.create(await createCniComponents({ stateDirectory: join(directory, "ptp") }), {}),
    };
    agent = createCniAgent({ plugins, logger: silentLogger }, { socketPath });
    await agent.start();
    await installCniShim({ binaryDirectory, socketPath, types: Object.keys(plugins) });
    containerd = await startContainerd({
      directory: join(directory, "containerd"),
      cniConfigDirectory: configDirectory,
      cniBinaryDirectory: binaryDirectory,
      requirements,
      clock: createRealClock(),
      logger: silentLogger,
    });
    expect((await containerd.runtime.status()).networkReady).toBe(false);
    const ipam = { type: "host-local", ranges: [[{ subnet: `${SUBNET}.0/24` }]] };
    await installCniNetwork({ configDirectory, plugins: [{ type: "ptp", mtu: 1450, ipam }] });
    const archive = await buildImageArchive({
      reference: IMAGE,
      architecture: process.arch === "arm64" ? "arm64" : "amd64",
      files: [
        { path: "busybox", content: await readFile(BUSYBOX), mode: 0o755 },
        { path: "www/index.html", content: new TextEncoder().encode("it works\n") },
      ],
      command: ["/busybox"],
    });
    await writeFile(join(directory, "image.tar"), archive);
    await mkdir(join(directory, "logs"));
    await containerd.importImage(join(directory, "image.tar"));
  }, 60_000);

  afterAll(async () => {
    await containerd.stop();
    await agent.stop();
    // The parent's are ours to remove: of each hierarchy of version 1, or of the only one of version 2.
    for (const hierarchy of ["", ...(await readdir("/sys/fs/cgroup"))]) {
      const path = join("/sys/fs/cgroup", hierarchy, CGROUP);
      if (existsSync(path)) await rmdir(path);
    }
    await rm(directory, { recursive: true });
  }, 60_000);

  it("is ready once the network is written", async () => {
    await expect.poll(async () => (await containerd.runtime.status()).networkReady, { timeout: 5000 }).toBe(true);
  });

  it("carries services: to the host, to other pods, from a pod to itself, and by name", async () => {
    const [one, two] = await Promise.all([startPod("client"), startPod("server")]);
    const [clusterIP, ownIP] = [`${SERVICES}.7`, `${SERVICES}.8`];
    const table = `ptp-test-${process.pid}`;
    const port = [{ name: "http", protocol: "TCP", port: 80, targetPort: 8080 }];
    const informers = literalInformers();
    for (const [name, address, pod] of [
      ["server", clusterIP, two.ip],
      ["client", ownIP, one.ip],
    ] as const) {
      informers.services.set(service(name, address, { clusterIPs: [address], ports: port }));
      informers.slices.set(slice(name, [{ address: pod }]));
    }
    const proxy = createServiceProxy(
      { informers, clock: createRealClock(), run: runProgram },
      { nodeName: "here", podCidr: `${SUBNET}.0/24`, serviceCidr: `${SERVICES}.0/24`, table },
    );
    // The node's own address, as pods reach it.
    const address = nodeAddress();
    const dns = createDnsServer({ informers, clock: createRealClock() }, { address });
    const { port: dnsPort } = await dns.start();
    informers.services.set(service("dns", DNS, { ports: [{ name: "dns", protocol: "UDP", port: 53 }] }));
    const dnsSlice = slice("dns", [{ address }]);
    informers.slices.set({ ...dnsSlice, ports: [{ name: "dns", protocol: "UDP", port: dnsPort }] });
    await proxy.start();
    const fromPod = async (address: string): Promise<string> => {
      const command = ["/busybox", "wget", "-q", "-O", "-", `http://${address}/`];
      const { stdout, stderr } = await containerd.runtime.execSync(one.container, command, 5);
      return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    };
    try {
      expect(await fetchText(`http://${clusterIP}/`)).toBe("it works\n");
      expect(await fromPod(clusterIP)).toBe("it works\n");
      expect(await fromPod(ownIP)).toBe("it works\n");
      expect(await fromPod("server")).toBe("it works\n");
    } finally {
      await proxy.stop();
      await dns.stop();
    }
    await Promise.all([removePod(one), removePod(two)]);
  }, 30_000);

  it("gives pods addresses that answer to the host and to each other, and takes them back", async () => {
    const [one, two] = await Promise.all([startPod("one"), startPod("two")]);
    expect(new Set([one.ip, two.ip]).size).toBe(2);
    expect(one.ip.startsWith(`${SUBNET}.`)).toBe(true);
    await expect.poll(() => fetchText(`http://${one.ip}:8080/`).catch(String)).toBe("it works\n");
    const wget = ["/busybox", "wget", "-q", "-O", "-"];
    const seen = await containerd.runtime.execSync(one.container, [...wget, `http://${two.ip}:8080/`], 5);
    expect(new TextDecoder().decode(seen.stdout)).toBe("it works\n");
    const own = await containerd.runtime.execSync(one.container, [...wget, "http://127.0.0.1:8080/"], 5);
    expect(new TextDecoder().decode(own.stdout)).toBe("it works\n");
    const link = await containerd.runtime.execSync(one.container, ["/busybox", "ip", "address", "show", "eth0"], 5);
    expect(new TextDecoder().decode(link.stdout)).toMatch(new RegExp(`mtu 1450[^]*inet ${one.ip}/32`));
    await Promise.all([removePod(one), removePod(two)]);
    expect(execFileSync("ip", ["route"], { encoding: "utf8" })).not.toContain(`${SUBNET}.`);
    const leases = await readdir(join(directory, "ptp/leases/pinnace"));
    expect(leases.filter((name) => name.startsWith(SUBNET))).toEqual([]);
  }, 30_000);
});
