import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  CniError,
  type CniNetwork,
  type CniPlugins,
  type CniRuntime,
  createCniRuntime,
  loadCniNetwork,
  parseCniNetwork,
} from "../src/index.ts";
import { type Recorded, recordingPlugin } from "./recording-plugin.ts";

const one = { containerId: "c1", ifname: "eth0", netns: "/run/netns/c1", args: { K8S_POD_NAME: "web" } };
const networkOf = (change: object = {}): CniNetwork =>
  parseCniNetwork(
    JSON.stringify({ cniVersion: "1.1.0", name: "net", plugins: [{ type: "first" }, { type: "second" }], ...change }),
    "test",
  );

let directory = "";
let calls: Recorded[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pinnace-chain-"));
  calls = [];
});

afterEach(() => rm(directory, { recursive: true }));

function runtime(change: CniPlugins = {}): CniRuntime {
  const plugins = { first: recordingPlugin("first", calls), second: recordingPlugin("second", calls), ...change };
  const options = { cacheDirectory: join(directory, "cache"), binaryDirectories: [join(directory, "bin")] };
  return createCniRuntime({ plugins, environment: { PATH: process.env.PATH } }, options);
}

const commands = (): string[] => calls.map(({ name, command }) => `${command} ${name}`);

describe("a chain", () => {
  it("adds in order, each with the result before it, and deletes in reverse with the last", async () => {
    const { add, del } = runtime();
    const result = await add(networkOf(), one);
    await del(networkOf(), one);
    expect(commands()).toEqual(["ADD first", "ADD second", "DEL second", "DEL first"]);
    expect(calls.map((each) => each.request.previous)).toEqual([undefined, result, result, result]);
    expect(calls[1]?.request).toMatchObject({ args: { K8S_POD_NAME: "web" }, config: { name: "net", type: "second" } });
    expect(await readdir(join(directory, "cache/results"))).toEqual([]);
  });

  it("gives a plugin the capabilities that it declares", async () => {
    const plugins = [{ type: "first" }, { type: "second", capabilities: { portMappings: true, dns: false } }];
    const capabilities = { portMappings: [{ hostPort: 80 }], dns: {} };
    await runtime().add(networkOf({ plugins }), { ...one, capabilities });
    expect(calls.map((each) => each.request.config?.runtimeConfig)).toEqual([
      undefined,
      { portMappings: [{ hostPort: 80 }] },
    ]);
  });

  it("checks what it added", async () => {
    const { add, check } = runtime();
    await expect(check(networkOf(), one)).rejects.toMatchObject({ code: 7 });
    await add(networkOf(), one);
    await check(networkOf(), one);
    await check(networkOf({ disableCheck: true }), one);
    await check(networkOf({ cniVersion: "0.3.1" }), one);
    expect(commands().slice(2)).toEqual(["CHECK first", "CHECK second"]);
  });

  it("collects: detaches what is not valid, then asks each plugin", async () => {
    const { add, gc } = runtime();
    await add(networkOf(), one);
    await add(networkOf(), { ...one, containerId: "c2" });
    calls = [];
    await gc(networkOf({ disableGC: true }), []);
    expect(calls).toEqual([]);
    await runtime().gc(networkOf(), [{ containerId: "c2", ifname: "eth0" }]);
    expect(commands()).toEqual(["DEL second", "DEL first", "GC first", "GC second"]);
    expect(calls[0]?.request).toMatchObject({ containerId: "c1", netns: "/run/netns/c1", args: one.args });
    expect(await readdir(join(directory, "cache/results"))).toEqual(["net-c2-eth0"]);
  });

  it("asks for the status from 1.1.0 on", async () => {
    await runtime().status(networkOf({ cniVersion: "1.0.0" }));
    await runtime().status(networkOf());
    expect(commands()).toEqual(["STATUS first", "STATUS second"]);
  });

  it("stops at the first failure, and names the plugin", async () => {
    const second = recordingPlugin("second", calls, { add: () => Promise.reject(new CniError(11, "later", "busy")) });
    await expect(runtime({ second }).add(networkOf(), one)).rejects.toMatchObject({
      name: "CniError",
      code: 11,
      message: 'plugin type="second" failed: later',
      details: "busy",
    });
  });
});

describe("executables in a chain", () => {
  const install = async (script: string): Promise<void> => {
    await mkdir(join(directory, "bin"), { recursive: true });
    await writeFile(join(directory, "bin/script"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  };
  const network = networkOf({ plugins: [{ type: "first" }, { type: "script" }, { type: "second" }] });

  it("get the variables and the configuration, and answer between plugins of this process", async () => {
    const log = join(directory, "log");
    const result = `{"cniVersion":"1.1.0","ips":[{"address":"10.9.9.9/32"}]}`;
    const variables = "$CNI_COMMAND $CNI_CONTAINERID $CNI_NETNS $CNI_IFNAME $CNI_ARGS $CNI_PATH";
    await install(`cat > ${log}.json; echo ${variables.replaceAll(" ", "' '")} > ${log}; echo '${result}'`);
    await runtime().add(network, one);
    expect(calls.at(-1)?.request.previous?.ips).toEqual([{ address: "10.9.9.9/32" }]);
    const seen = (await readFile(log, "utf8")).trim();
    expect(seen).toBe(`ADD c1 /run/netns/c1 eth0 K8S_POD_NAME=web ${join(directory, "bin")}`);
    const config = JSON.parse(await readFile(`${log}.json`, "utf8"));
    expect(config).toMatchObject({ type: "script", name: "net", prevResult: { ips: [{ address: "10.1.0.2/32" }] } });
  });

  it.each([
    [`echo '{"code":7,"msg":"no","details":"why"}'; exit 1`, 7, "failed: no"],
    ["echo broken >&2; exit 3", 999, "netplugin failed with no error message: broken"],
    ["echo nonsense; exit 1", 999, 'plugin type="script" failed'],
  ])("fail: %s", async (script, code, message) => {
    await install(script);
    await expect(runtime().add(network, one)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it("are missing with code 5", async () => {
    await expect(runtime().add(network, one)).rejects.toMatchObject({ code: 5 });
  });

  it("tell their versions", async () => {
    await install(`echo '{"cniVersion":"1.1.0","supportedVersions":["0.4.0"]}'`);
    expect(await runtime().version("script")).toEqual(["0.4.0"]);
    expect(await runtime().version("first")).toContain("1.1.0");
  });
});

describe("a network's file", () => {
  it("is the first by name; other files do not count", async () => {
    await writeFile(
      join(directory, "20-b.conflist"),
      JSON.stringify({ name: "b", cniVersion: "1.0.0", plugins: [{ type: "x" }] }),
    );
    await writeFile(join(directory, "05-readme.txt"), "no network");
    await writeFile(
      join(directory, "10-a.conf"),
      JSON.stringify({ name: "a", cniVersion: "0.4.0", type: "bridge", mtu: 9 }),
    );
    expect(await loadCniNetwork(directory)).toMatchObject({
      name: "a",
      cniVersion: "0.4.0",
      plugins: [{ type: "bridge", mtu: 9 }],
    });
  });

  it("offers versions, of which the newest known is taken", () => {
    expect(networkOf({ cniVersion: "0.4.0", cniVersions: ["0.3.1", "1.0.0", "9.0.0"] }).cniVersion).toBe("1.0.0");
  });

  it.each([
    ["{", "test: "],
    ['{"cniVersion":"1.0.0","plugins":[{"type":"x"}]}', "name is missing or invalid"],
    ['{"cniVersion":"1.0.0","name":"../n","plugins":[{"type":"x"}]}', "name is missing or invalid"],
    ['{"cniVersion":"1.0.0","name":"n","plugins":[]}', "it has no plugins"],
    ['{"cniVersion":"1.0.0","name":"n","plugins":[{}]}', "plugins[0].type is missing"],
    ['{"cniVersion":"1.0.0","name":"n","plugins":[{"type":"../x"}]}', "plugins[0].type is missing"],
    ['{"cniVersion":"0.2.0","name":"n","plugins":[{"type":"x"}]}', "no version of it is among"],
  ])("is refused: %s", (text, message) => {
    expect(() => parseCniNetwork(text, "test")).toThrow(
      expect.objectContaining({ code: "NETWORK_INVALID", message: expect.stringContaining(message) }),
    );
  });
});
