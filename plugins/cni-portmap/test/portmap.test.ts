import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CniRequest, CniResult } from "@pinnace/cni-plugins";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createPortmap } from "../src/portmap.ts";

let stateDirectory: string;
let commands: string[];
let refuse: (command: string) => string | undefined;

beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), "pinnace-portmap-"));
  commands = [];
  refuse = () => undefined;
});
afterEach(() => rmSync(stateDirectory, { recursive: true }));

const create = (): ReturnType<typeof createPortmap> =>
  createPortmap({
    stateDirectory,
    run: async (command, args, options) => {
      const text = [
        command,
        ...args,
        ...(options?.stdin?.split("\n").filter((line) => line.includes("add element")) ?? []),
      ].join(" ");
      commands.push(text);
      const why = refuse(text);
      if (why !== undefined) throw new Error(why);
      return "";
    },
  });

const previous: CniResult = {
  cniVersion: "1.1.0",
  interfaces: [{ name: "veth1" }, { name: "eth0", sandbox: "/run/netns/a" }],
  ips: [{ address: "10.0.0.9/32", interface: 1 }],
  routes: [],
  dns: {},
};
const request = (containerId: string, hostPort: number): CniRequest => ({
  containerId,
  netns: "/run/netns/a",
  ifname: "eth0",
  args: {},
  config: {
    cniVersion: "1.1.0",
    name: "net",
    type: "portmap",
    runtimeConfig: { portMappings: [{ hostPort, containerPort: 80 }] },
  },
  previous,
  signal: new AbortController().signal,
});

const opened = [
  "nft -f - add element ip pinnace-portmap any { tcp . 8080 : 10.0.0.9 . 80 } add element ip pinnace-portmap hairpin { 10.0.0.9 . 10.0.0.9 }",
  "sysctl -q -w net.ipv4.conf.veth1.route_localnet=1",
];
const closed = [
  "nft delete element ip pinnace-portmap any { tcp . 8080 }",
  "nft delete element ip pinnace-portmap hairpin { 10.0.0.9 . 10.0.0.9 }",
];

it("opens on ADD and closes on DEL, which may know nothing but the container; the last one takes the table away", async () => {
  const plugin = create();
  expect(await plugin.add(request("a", 8080))).toBe(previous);
  expect(commands).toEqual(opened);
  const { runtimeConfig: _, ...config } = request("a", 0).config;
  await plugin.del({ ...request("a", 0), config, previous: undefined, netns: undefined });
  await plugin.del({ ...request("a", 0), config });
  expect(commands.slice(2)).toEqual([...closed, "nft delete table ip pinnace-portmap"]);
});

it("leaves nothing of an ADD that the kernel refuses", async () => {
  refuse = (command) => (command.startsWith("nft -f") ? "Operation not permitted" : "No such file or directory");
  await expect(create().add(request("a", 8080))).rejects.toThrow("cannot open host ports");
  expect(readdirSync(join(stateDirectory, "ports"))).toEqual([]);
});

it("tells when a port cannot be closed, and knows it the next time", async () => {
  const plugin = create();
  await plugin.add(request("a", 8080));
  refuse = () => "Operation not permitted";
  await expect(plugin.del(request("a", 8080))).rejects.toThrow("cannot close a host port");
  refuse = () => undefined;
  commands = [];
  await plugin.del(request("a", 8080));
  expect(commands.slice(0, 2)).toEqual(closed);
});

it("closes on GC what belongs to nobody", async () => {
  const plugin = create();
  await plugin.add(request("a", 8080));
  await plugin.add(request("b", 9090));
  commands = [];
  await plugin.gc(request("a", 0).config, [{ containerId: "b", ifname: "eth0" }], new AbortController().signal);
  expect(commands).toEqual(closed);
});
