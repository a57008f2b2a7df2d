import { spawn } from "node:child_process";
import { mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@pinnace/logging";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type CniAgent,
  createCniAgent,
  installCniNetwork,
  installCniShim,
  loadCniNetwork,
  shimProgram,
} from "../src/index.ts";
import { type Recorded, recordingPlugin } from "./recording-plugin.ts";

const runs = process.platform === "linux" && ["x64", "arm64"].includes(process.arch);
const ATTACHMENT = { CNI_COMMAND: "ADD", CNI_CONTAINERID: "c1", CNI_NETNS: "/run/netns/c1", CNI_IFNAME: "eth0" };

let directory = "";
let socketPath = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pinnace-agent-"));
  socketPath = join(directory, "cni.sock");
});

afterEach(() => rm(directory, { recursive: true }));

async function withAgent<T>(
  plugin: ReturnType<typeof recordingPlugin>,
  work: (agent: CniAgent) => Promise<T>,
): Promise<T> {
  const agent = createCniAgent({ plugins: { noop: plugin }, logger: silentLogger }, { socketPath });
  await agent.start();
  try {
    return await work(agent);
  } finally {
    await agent.stop();
  }
}

function callShim(
  environment: Readonly<Record<string, string>>,
  input: unknown,
): Promise<{ exitCode: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(directory, "bin/noop"), [], { env: environment, stdio: ["pipe", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, output }));
    child.stdin.on("error", () => undefined); // without an agent the shim ends before it reads
    child.stdin.end(JSON.stringify(input));
  });
}

describe.skipIf(!runs)(`the shim and the agent${runs ? "" : " (not run: not Linux on x64 or arm64)"}`, () => {
  const config = { cniVersion: "1.0.0", name: "net", type: "noop" };

  beforeEach(() => installCniShim({ binaryDirectory: join(directory, "bin"), socketPath, types: ["noop"] }));

  it("forward environment and input, and bring back the answer", async () => {
    const calls: Recorded[] = [];
    // Larger than a socket's buffer, and with characters that are not ASCII.
    const large = { ...config, padding: "é".repeat(400_000) };
    const environment = { ...ATTACHMENT, CNI_ARGS: "K8S_POD_NAME=wéb", EMPTY: "" };
    const { exitCode, output } = await withAgent(recordingPlugin("noop", calls), () => callShim(environment, large));
    expect([exitCode, JSON.parse(output)]).toMatchObject([
      0,
      { cniVersion: "1.0.0", ips: [{ address: "10.1.0.2/32" }] },
    ]);
    expect(calls[0]?.request).toMatchObject({ args: { K8S_POD_NAME: "wéb" }, config: large });
  });

  it("bring back a failure with its exit code", async () => {
    const { exitCode, output } = await withAgent(recordingPlugin("noop", []), () => callShim({}, config));
    expect([exitCode, JSON.parse(output)]).toMatchObject([1, { code: 4 }]);
  });

  it("ask to try again later when no agent is there", async () => {
    const { exitCode, output } = await callShim(ATTACHMENT, config);
    expect(exitCode).toBe(1);
    expect(JSON.parse(output)).toEqual({
      cniVersion: "1.0.0",
      code: 11,
      msg: `the network agent does not answer at ${socketPath}`,
    });
  });

  it("ask to try again later when the agent ends meanwhile", async () => {
    const reached = Promise.withResolvers<void>();
    const plugin = recordingPlugin("noop", [], {
      add: () => {
        reached.resolve();
        return new Promise(() => undefined);
      },
    });
    const answer = await withAgent(plugin, async (agent) => {
      const called = callShim(ATTACHMENT, config);
      await reached.promise;
      await agent.stop();
      return called;
    });
    expect(JSON.parse(answer.output)).toMatchObject({ code: 11 });
  });

  it("serve one attachment after the other", async () => {
    const events: string[] = [];
    const gate = Promise.withResolvers<void>();
    const plugin = recordingPlugin("noop", [], {
      status: () => gate.promise,
      async add({ containerId, config: { cniVersion } }) {
        events.push(`begin ${containerId}`);
        if (containerId === "c1") await gate.promise;
        events.push(`end ${containerId}`);
        return { cniVersion, interfaces: [], ips: [], routes: [], dns: {} };
      },
      async del({ containerId }) {
        events.push(`del ${containerId}`);
      },
    });
    await withAgent(plugin, async () => {
      const first = callShim(ATTACHMENT, config);
      await expect.poll(() => events).toEqual(["begin c1"]);
      const second = callShim({ ...ATTACHMENT, CNI_COMMAND: "DEL" }, config);
      await callShim({ ...ATTACHMENT, CNI_CONTAINERID: "c2" }, config);
      gate.resolve();
      await Promise.all([first, second]);
    });
    expect(events).toEqual(["begin c1", "begin c2", "end c2", "end c1", "del c1"]);
  });
});

describe("the agent's socket", () => {
  it("is for its user alone, and goes with the agent", async () => {
    await withAgent(recordingPlugin("noop", []), async () => {
      expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it("is not taken from another agent", async () => {
    await withAgent(recordingPlugin("noop", []), async () => {
      const other = createCniAgent({ plugins: {}, logger: silentLogger }, { socketPath });
      await expect(other.start()).rejects.toMatchObject({ code: "SOCKET_IN_USE" });
    });
  });

  it("replaces what a dead agent left", async () => {
    const left = createServer();
    await new Promise<void>((resolve) => left.listen(socketPath, resolve));
    await rename(socketPath, `${socketPath}.kept`); // closing removes the file by its name
    await new Promise((resolve) => left.close(resolve));
    await rename(`${socketPath}.kept`, socketPath);
    await withAgent(recordingPlugin("noop", []), async () => undefined);
  });
});

describe("the installation", () => {
  it("puts one executable for each type, and leaves others alone", async () => {
    const binaryDirectory = join(directory, "bin");
    await installCniShim({ binaryDirectory, socketPath, types: ["ptp"], architecture: "x64" });
    await writeFile(join(binaryDirectory, "bridge"), "other");
    await installCniShim({ binaryDirectory, socketPath, types: ["ptp", "loopback"], architecture: "arm64" });
    expect((await readdir(binaryDirectory)).sort()).toEqual(["bridge", "loopback", "ptp"]);
    expect((await stat(join(binaryDirectory, "ptp"))).mode & 0o777).toBe(0o755);
  });

  it("refuses machines that it does not know, and paths that no socket can have", async () => {
    const options = { binaryDirectory: join(directory, "bin"), socketPath, types: ["ptp"] };
    await expect(installCniShim({ ...options, architecture: "mips" })).rejects.toMatchObject({
      code: "ARCHITECTURE_UNKNOWN",
    });
    expect(() => shimProgram("amd64", `/${"a".repeat(107)}`)).toThrow(
      expect.objectContaining({ code: "SOCKET_PATH_TOO_LONG" }),
    );
  });

  it("writes a network that a runtime reads", async () => {
    const configDirectory = join(directory, "net.d");
    expect(await loadCniNetwork(configDirectory)).toBeUndefined();
    await installCniNetwork({ configDirectory, plugins: [{ type: "ptp", mtu: 1450 }] });
    await installCniNetwork({ configDirectory, plugins: [{ type: "ptp", mtu: 1400 }] });
    expect(await readdir(configDirectory)).toEqual(["10-pinnace.conflist"]);
    expect(await loadCniNetwork(configDirectory)).toMatchObject({
      name: "pinnace",
      cniVersion: "1.0.0",
      plugins: [{ type: "ptp", mtu: 1400 }],
    });
  });
});
