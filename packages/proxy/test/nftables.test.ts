import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { baseTable, NO_RULES, type Rules } from "../src/rules.ts";
import { runProgram } from "../src/run-program.ts";
import { serviceRules } from "../src/service-rules.ts";
import { TableState } from "../src/table-state.ts";
import { service, slice } from "./objects.ts";

const NETNS = `pinnace-proxy-${process.pid}`;
const POD = `${NETNS}-pod`;

function available(): string {
  if (process.getuid?.() !== 0) return "not root";
  try {
    execFileSync("nft", ["--version"]);
    execFileSync("ip", ["-V"]);
    return "";
  } catch {
    return "nft or ip is not installed";
  }
}

const why = available();
const inside = (command: string, args: readonly string[], stdin?: string): Promise<string> =>
  runProgram("ip", ["netns", "exec", NETNS, command, ...args], stdin);

const table = { table: "pinnace-test", serviceCidr: "10.96.0.0/16", podCidr: "10.244.0.0/16" };
const options = { nodeName: "here", podCidr: table.podCidr };

const NODE_LINKS = [
  "addr add 192.0.2.1/24 dev v0",
  "link set v0 up",
  "route add 10.244.0.5/32 dev v0",
  "route add default via 192.0.2.2 dev v0",
];
const POD_LINKS = [
  "addr add 10.244.0.5/32 dev p0",
  "link set p0 up",
  "route add 192.0.2.1 dev p0",
  "route add default via 192.0.2.1 dev p0",
];

const SERVER = `require("node:net").createServer((socket) => socket.end("served"))
  .listen(8080, "10.244.0.5", () => console.log("ready"));
  process.stdin.on("close", () => process.exit()).resume();`;

const CLIENT = `const { connect } = require("node:net");
  const dial = (host, port) => new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.on("data", (data) => resolve(String(data)));
    socket.on("error", (error) => resolve(error.code));
  });
  Promise.all([dial("10.96.0.7", 80), dial("10.96.0.9", 80), dial("192.0.2.1", 30080)])
    .then((answers) => { console.log(JSON.stringify(answers)); process.exit(); });`;

describe.skipIf(why !== "")(`real nft in a network namespace${why === "" ? "" : ` (not run: ${why})`}`, () => {
  const state = new TableState(table.table);

  async function apply(changes: Record<string, Rules>): Promise<void> {
    const script = state.apply(new Map(Object.entries(changes)));
    if (script !== "") await inside("nft", ["-f", "-"], script);
  }

  beforeAll(async () => {
    await runProgram("ip", ["netns", "add", NETNS]);
    await inside("ip", ["link", "set", "lo", "up"]);
    await runProgram("ip", ["netns", "add", POD]);
    await inside("ip", ["link", "add", "v0", "type", "veth", "peer", "name", "p0", "netns", POD]);
    for (const line of NODE_LINKS) await inside("ip", line.split(" "));
    for (const line of POD_LINKS) await runProgram("ip", ["-n", POD, ...line.split(" ")]);
    await inside("nft", ["-f", "-"], baseTable(table));
  });

  afterAll(async () => {
    await runProgram("ip", ["netns", "delete", NETNS]);
    await runProgram("ip", ["netns", "delete", POD]);
  });

  it("accepts every kind of rule, changes and removals", async () => {
    const two = slice("web", [{ address: "10.244.0.5", node: "here" }, { address: "10.244.0.6" }]);
    const ports = [
      { name: "http", protocol: "TCP", port: 80, nodePort: 30080 },
      { name: "http", protocol: "UDP", port: 53, nodePort: 30053 },
    ];
    const plain = service("web", "10.96.0.7", { ports, externalIPs: ["192.0.2.9"] });
    const sticky = service("sticky", "10.96.0.8", { sessionAffinity: "ClientIP" });
    await apply({ web: serviceRules(plain, [two], options), sticky: serviceRules(sticky, [two], options) });
    expect(await inside("nft", ["list", "table", "ip", table.table])).toContain("10.96.0.7 . tcp . 80 : goto svc-");
    await apply({ web: serviceRules(plain, [], options), sticky: serviceRules(sticky, [], options) });
    expect(await inside("nft", ["list", "set", "ip", table.table, "no-endpoints"])).toContain("10.96.0.8 . tcp . 80");
    await apply({ web: NO_RULES, sticky: NO_RULES });
    const left = await inside("nft", ["list", "table", "ip", table.table]);
    expect(left).not.toMatch(/10\.96\.0\.[78]|svc-|ext-/);
  });

  it("leads a connection to the endpoint and refuses what nobody serves", async () => {
    const ports = [{ name: "http", protocol: "TCP", port: 80, nodePort: 30080 }];
    const web = service("web", "10.96.0.7", { ports });
    await apply({ web: serviceRules(web, [slice("web", [{ address: "10.244.0.5", node: "here" }])], options) });
    const pod = spawn("ip", ["netns", "exec", POD, process.execPath, "-e", SERVER], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    try {
      await once(pod.stdout, "data"); // it listens
      expect(JSON.parse(await inside(process.execPath, ["-e", CLIENT]))).toEqual(["served", "ECONNREFUSED", "served"]);
    } finally {
      pod.stdin.end();
      await once(pod, "close");
    }
  });
});
