import type { NodeRequirements } from "@pinnace/cri/node";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { renderReports } from "../src/plugins/list-plugins.ts";
import { chooseNodes, type Machine } from "../src/up/node-kind.ts";
import { type UpOptions, upCommand } from "../src/up/options.ts";
import { createProgress } from "../src/up/progress.ts";
import { renderSummary } from "../src/up/summary.ts";

async function parse(...args: readonly string[]): Promise<UpOptions> {
  let parsed: UpOptions | undefined;
  const command = upCommand(async (options) => {
    parsed = options;
  });
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  await new Command().addCommand(command).parseAsync(["up", ...args], { from: "user" });
  return parsed!;
}

describe("the flags of up", () => {
  it("have the documented defaults", async () => {
    expect(await parse()).toMatchObject({
      bindAddress: "127.0.0.1",
      port: 6443,
      reset: false,
      simulated: false,
      real: false,
      nodeCpu: "4",
      nodeMemory: "8Gi",
      nodePods: 110,
      etcdCompactionInterval: 300_000,
      historyLimit: 10_000,
      plugins: [],
    });
    expect((await parse()).nodes).toBeUndefined();
  });

  it("repeat and convert", async () => {
    const options = await parse("--nodes", "3", "--plugins", "a", "--plugins", "b", "--port", "0");
    expect(options).toMatchObject({ nodes: 3, plugins: ["a", "b"], port: 0 });
  });

  it("take several servers of an etcd", async () => {
    const servers = "https://a:2379, https://b:2379";
    expect(await parse("--etcd-servers", servers, "--etcd-cafile", "ca.crt")).toMatchObject({
      etcdServers: ["https://a:2379", "https://b:2379"],
      etcdCafile: "ca.crt",
      etcdPrefix: "/pinnace",
    });
    expect((await parse()).etcdServers).toBeUndefined();
  });

  it("take durations as upstream writes them", async () => {
    expect(await parse("--etcd-compaction-interval", "1h30m", "--history-limit", "50000")).toMatchObject({
      etcdCompactionInterval: 5_400_000,
      historyLimit: 50_000,
    });
    expect((await parse("--etcd-compaction-interval", "0")).etcdCompactionInterval).toBe(0);
  });

  it.each([
    [["--etcd-compaction-interval", "5"], "must be 0 or a duration"],
    [["--etcd-compaction-interval", "5ms"], "must be 0 or a duration"],
    [["--history-limit", "0"], "must be an integer from 1"],
    [["--port", "65536"], "must be an integer from 0 to 65535"],
    [["--nodes", "-1"], "must be an integer from 0 to 10000"],
    [["--node-memory", "much"], "must be a quantity"],
    [["--real", "--simulated"], "cannot be used with"],
    [["--log-level", "loud"], "Allowed choices are"],
    [["--nope"], "unknown option"],
    [["--data-dir", ""], "must name a folder"],
    [["--etcd-servers", "http://a:2379", "--reset"], "cannot be used with"],
  ])("refuse %j", async (args, message) => {
    await expect(parse(...args)).rejects.toThrow(message);
  });
});

describe("chooseNodes", () => {
  const ready: NodeRequirements = { runtimes: { crun: "/usr/bin/crun" }, missing: [] };
  const machine: Machine = { platform: "linux", isRoot: true, requirements: ready };
  const bare: Machine = { ...machine, requirements: { runtimes: {}, missing: ["containerd is not installed"] } };
  const options = async (...args: readonly string[]): Promise<UpOptions> => parse(...args);

  it("takes the real node where one can run", async () => {
    expect(chooseNodes(await options(), machine)).toEqual({ type: "real", requirements: ready });
  });

  it.each([
    ["macOS", { ...machine, platform: "darwin" }, "a real node needs Linux, this is darwin"],
    ["another user", { ...machine, isRoot: false }, "a real node needs root"],
    [
      "a bare machine",
      bare,
      /containerd is not installed; start with --install-packages, or run: apt-get install -y containerd/,
    ],
  ] as const)("simulates on %s and says why", async (_what, where, why) => {
    const chosen = chooseNodes(await options(), where);
    expect(chosen).toMatchObject({ type: "simulated", count: 1 });
    expect((chosen as { why?: string }).why).toMatch(why);
  });

  it("does what the flags say", async () => {
    expect(chooseNodes(await options("--nodes", "0"), machine)).toEqual({ type: "simulated", count: 0 });
    expect(chooseNodes(await options("--simulated"), machine)).toEqual({ type: "simulated", count: 1 });
    const inVain = await options("--real");
    expect(() => chooseNodes(inVain, bare)).toThrow("containerd is not installed");
  });
});

describe("what people read", () => {
  it("has a line per step with its time, and colours only on a terminal", async () => {
    let [text, now] = ["", 0];
    const write = (more: string): void => {
      text += more;
    };
    const progress = createProgress({ write, now: () => (now += 5), color: false });
    expect(await progress.step("store", async () => 1)).toBe(1);
    await expect(progress.step("port", () => Promise.reject(new Error("busy")))).rejects.toThrow("busy");
    expect(text).toBe("✓ store (5 ms)\n✗ port\n");
  });

  it("starts no step after a signal", async () => {
    let text = "";
    const write = (more: string): void => {
      text += more;
    };
    const progress = createProgress({ write, now: () => 0, color: false, signal: AbortSignal.abort("enough") });
    await expect(progress.step("store", async () => 1)).rejects.toBe("enough");
    expect(text).toBe("");
  });

  const summary = {
    server: "https://127.0.0.1:6443",
    kubeconfig: "/d/kubeconfig",
    nodes: "no nodes",
    log: "/d/log",
    kubectl: true,
  };

  it("names the address, the kubeconfig and three commands", () => {
    const text = renderSummary(summary);
    expect(text).toContain("https://127.0.0.1:6443");
    expect(text).toContain("export KUBECONFIG=/d/kubeconfig\n");
    expect(text.match(/^ {2}kubectl /gm)).toHaveLength(3);
  });

  it("says where kubectl comes from when it is missing, and how to import an image on a real node", () => {
    const text = renderSummary({ ...summary, kubectl: false, containerd: "/d/containerd.sock" });
    expect(text).toContain("kubectl is not on PATH");
    expect(text).toContain("npm run images -- --import /d/containerd.sock");
  });

  it("lists plugins as kubectl lists objects", () => {
    const reports = [
      { source: "/p/a", type: "pinnace.cni.v1", name: "ptp", state: "ready" },
      { source: "/p/b", state: "skipped", reason: "switched off" },
      { source: "/p/c", type: "pinnace.scheduler.v1", name: "Gang", state: "ready", optional: true },
    ] as const;
    expect(renderReports(reports)).toBe(
      "NAME        TYPE                   STATE     SOURCE   REASON\n" +
        "ptp         pinnace.cni.v1         ready     /p/a\n" +
        "<unknown>   <unknown>              skipped   /p/b     switched off\n" +
        "Gang        pinnace.scheduler.v1   ready     /p/c     optional: used where --scheduler-config names it\n",
    );
  });
});
