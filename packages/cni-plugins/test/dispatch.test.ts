import { describe, expect, it } from "vitest";
import { CniError, dispatchCni } from "../src/index.ts";
import { type Recorded, recordingPlugin } from "./recording-plugin.ts";

const signal = new AbortController().signal;
const ATTACHMENT = { CNI_CONTAINERID: "c1", CNI_NETNS: "/run/netns/c1", CNI_IFNAME: "eth0", CNI_PATH: "/opt/cni/bin" };
const CONFIG = { cniVersion: "1.0.0", name: "net", type: "noop" };
const RESULT = { cniVersion: "1.0.0", interfaces: [], ips: [{ address: "10.1.0.9/32" }], routes: [], dns: {} };

async function call(
  environment: Record<string, string>,
  input: unknown,
  calls: Recorded[] = [],
): Promise<{ exitCode: number; output: string }> {
  const plugins = {
    noop: recordingPlugin("noop", calls),
    broken: recordingPlugin("broken", calls, { add: () => Promise.reject(new Error("a bug")) }),
    refusing: recordingPlugin("refusing", calls, { add: () => Promise.reject(new CniError(11, "later", "busy")) }),
  };
  const text = typeof input === "string" ? input : JSON.stringify(input);
  return dispatchCni(plugins, { environment, input: text }, signal);
}

describe("a call", () => {
  it("reaches the plugin with all that the runtime said", async () => {
    const calls: Recorded[] = [];
    const args = { CNI_ARGS: "K8S_POD_NAME=web" };
    const config = { ...CONFIG, mtu: 9, prevResult: RESULT };
    const { exitCode, output } = await call({ CNI_COMMAND: "ADD", ...ATTACHMENT, ...args }, config, calls);
    expect([exitCode, JSON.parse(output)]).toEqual([0, RESULT]);
    expect(calls).toMatchObject([
      {
        command: "ADD",
        request: {
          containerId: "c1",
          netns: "/run/netns/c1",
          ifname: "eth0",
          args: { K8S_POD_NAME: "web" },
          config: { ...CONFIG, mtu: 9 },
          previous: RESULT,
        },
      },
    ]);
    expect(calls[0]?.request.config).not.toHaveProperty("prevResult");
  });

  it("is answered in the version of the configuration", async () => {
    const { output } = await call({ CNI_COMMAND: "ADD", ...ATTACHMENT }, { ...CONFIG, cniVersion: "0.3.1" });
    expect(JSON.parse(output)).toMatchObject({ cniVersion: "0.3.1", ips: [{ version: "4", address: "10.1.0.2/32" }] });
  });

  it.each(["DEL", "GC", "STATUS"])("%s says nothing when it succeeds", async (command) => {
    const calls: Recorded[] = [];
    const environment = { CNI_COMMAND: command, ...ATTACHMENT, CNI_NETNS: "" };
    expect(await call(environment, CONFIG, calls)).toEqual({ exitCode: 0, output: "" });
    expect(calls.map((each) => each.command)).toEqual([command]);
  });

  it("DEL does not need a namespace", async () => {
    const calls: Recorded[] = [];
    await call({ CNI_COMMAND: "DEL", ...ATTACHMENT, CNI_NETNS: "" }, CONFIG, calls);
    expect(calls[0]?.request.netns).toBeUndefined();
  });

  it("VERSION needs no name and no type", async () => {
    const { output } = await call({ CNI_COMMAND: "VERSION" }, { cniVersion: "0.4.0" });
    expect(JSON.parse(output)).toEqual({
      cniVersion: "0.4.0",
      supportedVersions: ["0.3.1", "0.4.0", "1.0.0", "1.1.0"],
    });
  });

  it.each<[string, Record<string, string>, unknown, number, string]>([
    ["an unknown command", { CNI_COMMAND: "MOVE" }, CONFIG, 4, "unknown CNI_COMMAND: MOVE"],
    ["no namespace on ADD", { CNI_NETNS: "" }, CONFIG, 4, "required env variables [CNI_NETNS] missing"],
    ["no container", { CNI_CONTAINERID: "" }, CONFIG, 4, "required env variables [CNI_CONTAINERID] missing"],
    ["a container id that is a path", { CNI_CONTAINERID: "../c" }, CONFIG, 4, "invalid characters in containerID"],
    ["an interface that Linux refuses", { CNI_IFNAME: "a/b" }, CONFIG, 4, "invalid interface name"],
    ["a configuration that is no JSON", {}, "{", 6, "failed to decode the network configuration"],
    ["a configuration that is no object", {}, "3", 6, "failed to decode the network configuration"],
    ["a network without a name", {}, { ...CONFIG, name: undefined }, 7, "missing or invalid network name"],
    ["a network name that is a path", {}, { ...CONFIG, name: "../n" }, 7, "missing or invalid network name"],
    ["a type that nobody serves", {}, { ...CONFIG, type: "vlan" }, 7, 'plugin type "vlan" is not known to the agent'],
    ["a type of every object", {}, { ...CONFIG, type: "toString" }, 7, 'plugin type "toString" is not known'],
    ["a version that the plugin lacks", {}, { ...CONFIG, cniVersion: "0.2.0" }, 1, "incompatible CNI versions"],
    ["CHECK without a result", { CNI_COMMAND: "CHECK" }, CONFIG, 7, "CHECK needs a prevResult"],
    ["a plugin that has a bug", {}, { ...CONFIG, type: "broken" }, 999, "a bug"],
    ["a plugin that refuses", {}, { ...CONFIG, type: "refusing" }, 11, "later"],
  ])("fails for %s", async (_name, environment, config, code, msg) => {
    const { exitCode, output } = await call({ CNI_COMMAND: "ADD", ...ATTACHMENT, ...environment }, config);
    expect(exitCode).toBe(1);
    expect(JSON.parse(output)).toMatchObject({ code, msg: expect.stringContaining(msg) });
  });
});
