import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CniRuntime, createCniComponents, createCniRuntime, parseCniNetwork } from "@pinnace/cni-plugins";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const BINARIES = ["/opt/cni/bin", "/usr/lib/cni"];
const installed = BINARIES.some((directory) => existsSync(join(directory, "tuning")));
const tools = ["/usr/bin/nsenter", "/usr/sbin/ip"].every((path) => existsSync(path));
const why = process.getuid?.() !== 0 ? "not root" : installed && tools ? "" : "no CNI plugins or iproute2";
const NAMESPACE = `ptp-chain-${process.pid}`;
const SUBNET = `10.${240 + (process.pid % 10)}.${process.pid % 250}`;

const ip = (...args: readonly string[]): string => execFileSync("ip", args, { encoding: "utf8" });

const connectTo = (host: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ host, port: 9 });
    socket.once("error", (error) => resolve((error as { code?: string }).code));
  });

describe.skipIf(why !== "")(`ptp before a real CNI binary${why === "" ? "" : ` (not run: ${why})`}`, () => {
  const attachment = { containerId: NAMESPACE, ifname: "eth0", netns: `/run/netns/${NAMESPACE}` };
  const ipam = { type: "host-local", subnet: `${SUBNET}.0/24` };
  const plugins = [
    { type: "ptp", ipam },
    { type: "tuning", sysctl: { "net.ipv4.conf.eth0.accept_redirects": "0" }, mtu: 1400 },
  ];
  const network = parseCniNetwork(JSON.stringify({ cniVersion: "1.0.0", name: "chain", plugins }), "test");
  let directory = "";
  let runtime: CniRuntime;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "pinnace-chain-"));
    const components = await createCniComponents({ stateDirectory: join(directory, "ptp") });
    runtime = createCniRuntime(
      { plugins: { ptp: plugin.create(components, {}) }, environment: process.env },
      { cacheDirectory: join(directory, "cache"), binaryDirectories: BINARIES },
    );
    ip("netns", "add", NAMESPACE);
  });

  afterAll(async () => {
    ip("netns", "delete", NAMESPACE);
    await rm(directory, { recursive: true });
  });

  it("attaches, is as it says, and leaves nothing", async () => {
    const result = await runtime.add(network, attachment);
    expect(result.ips).toMatchObject([{ address: `${SUBNET}.2/32`, gateway: `${SUBNET}.1`, interface: 1 }]);
    await runtime.check(network, attachment);
    expect(ip("-n", NAMESPACE, "link", "show", "dev", "eth0")).toContain("mtu 1400");
    expect(await connectTo(`${SUBNET}.2`)).toBe("ECONNREFUSED"); // the pod's own answer
    await runtime.del(network, attachment);
    await runtime.del(network, attachment);
    expect(ip("route")).not.toContain(SUBNET);
  });

  it("collects what was lost, and attaches again", async () => {
    await runtime.add(network, attachment);
    await runtime.gc(network, []);
    expect(ip("route")).not.toContain(SUBNET);
    await runtime.add(network, attachment);
    await runtime.del(network, attachment);
  });
});
