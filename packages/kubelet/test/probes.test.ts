import type { Container, Pod, Probe } from "@pinnace/api";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import type { ContainerRuntime, ExecResult } from "@pinnace/cri";
import { CodedError } from "@pinnace/errors";
import { beforeEach, describe, expect, test } from "vitest";
import type { PodNetwork } from "../src/network.ts";
import { createProber } from "../src/probes/create-prober.ts";
import { ProbeManager } from "../src/probes/probe-manager.ts";
import type { ProbeResult, Prober } from "../src/probes/prober.ts";

const pod: Pod = { metadata: { name: "p", namespace: "n", uid: "u" } };

describe("a prober", () => {
  const network: PodNetwork = {
    httpGet: async ({ scheme, host, port, path }) => {
      if (path === "/down") throw new Error("connection refused");
      return { status: path === "/bad" ? 500 : 200, body: `${scheme}://${host}:${port}${path}` };
    },
    tcpConnect: async (_, port) => {
      if (port !== 80) throw new Error(`dial tcp: ${port}`);
    },
    grpcHealth: async (_, __, service) => (service === "sick" ? "NOT_SERVING" : "SERVING"),
  };
  const results: Readonly<Record<string, () => ExecResult>> = {
    ok: () => ({ exitCode: 0, stdout: Buffer.from("fine"), stderr: Buffer.from("") }),
    bad: () => ({ exitCode: 1, stdout: Buffer.from("out "), stderr: Buffer.from("err") }),
    slow: () => {
      throw new CodedError("DEADLINE_EXCEEDED", "late");
    },
    broken: () => {
      throw new CodedError("UNKNOWN", "no such container");
    },
  };
  const runtime = {
    execSync: async (_: string, [name = ""]: readonly string[]) => results[name]?.(),
  } as unknown as ContainerRuntime;
  const prober = createProber({ runtime, network, clock: createVirtualClock() });

  test.each<[Probe, ProbeResult]>([
    [{ exec: { command: ["ok"] } }, { outcome: "success", output: "fine" }],
    [{ exec: { command: ["bad"] } }, { outcome: "failure", output: "out err" }],
    [{ exec: { command: ["slow"] } }, { outcome: "failure", output: 'command timed out: "slow" timed out after 1s' }],
    [{ exec: { command: ["broken"] } }, { outcome: "unknown", output: "no such container" }],
    [{ httpGet: { port: "web", path: "/x" } }, { outcome: "success", output: "http://10.0.0.1:8080/x" }],
    [{ httpGet: { port: 1, scheme: "HTTPS", host: "h" } }, { outcome: "success", output: "https://h:1/" }],
    [{ httpGet: { port: 1, path: "/bad" } }, { outcome: "failure", output: "HTTP probe failed with statuscode: 500" }],
    [{ httpGet: { port: 1, path: "/down" } }, { outcome: "failure", output: "connection refused" }],
    [{ httpGet: { port: "none" } }, { outcome: "failure", output: `couldn't find port: "none" in container c` }],
    [{ tcpSocket: { port: 80 } }, { outcome: "success", output: "" }],
    [{ tcpSocket: { port: 81 } }, { outcome: "failure", output: "dial tcp: 81" }],
    [{ grpc: { port: 1 } }, { outcome: "success", output: "service healthy" }],
    [
      { grpc: { port: 1, service: "sick" } },
      { outcome: "failure", output: 'service unhealthy (responded with "NOT_SERVING")' },
    ],
  ])("%j", async (livenessProbe, expected) => {
    const container: Container = { name: "c", livenessProbe, ports: [{ name: "web", containerPort: 8080 }] };
    const target = { kind: "liveness", pod, container, containerId: "id", podIP: "10.0.0.1" } as const;
    expect(await prober.probe(target, new AbortController().signal)).toEqual(expected);
  });
});

describe("the probe manager", () => {
  let clock: VirtualClock;
  let outcome: ProbeResult["outcome"];
  let manager: ProbeManager;
  let changes: number;
  let unhealthy: string[];
  let runs: string[];

  beforeEach(() => {
    clock = createVirtualClock();
    outcome = "success";
    changes = 0;
    unhealthy = [];
    runs = [];
    const prober: Prober = {
      probe: async ({ kind }) => {
        runs.push(kind);
        return { outcome, output: "" };
      },
    };
    manager = new ProbeManager({
      clock,
      prober,
      changed: () => {
        changes += 1;
      },
      unhealthy: ({ kind }) => unhealthy.push(kind),
    });
  });

  const watch = (probes: Partial<Container>, terminating = false): void =>
    manager.sync(
      pod,
      "10.0.0.1",
      [{ container: { name: "c", ...probes }, id: "1", startedAt: clock.now() }],
      terminating,
    );

  test("makes a container ready after its first success and unready after three failures", async () => {
    watch({ readinessProbe: { periodSeconds: 5, initialDelaySeconds: 2 } });
    expect(manager.ready("1")).toBe(false);
    await clock.advance(1900);
    expect(manager.ready("1")).toBe(false);
    await clock.advance(200);
    expect([manager.ready("1"), changes]).toEqual([true, 1]);
    outcome = "failure";
    await clock.advance(10_000);
    expect(manager.ready("1")).toBe(true);
    await clock.advance(5000);
    expect([manager.ready("1"), changes, unhealthy]).toEqual([false, 2, ["readiness", "readiness", "readiness"]]);
  });

  test("holds liveness and readiness back until the container has started", async () => {
    outcome = "failure";
    const probes = { startupProbe: { periodSeconds: 1, failureThreshold: 10 }, livenessProbe: {}, readinessProbe: {} };
    watch(probes);
    await clock.advance(3000);
    expect([new Set(runs), manager.started("1"), manager.failed("1")]).toEqual([
      new Set(["startup"]),
      false,
      undefined,
    ]);
    outcome = "success";
    await clock.advance(1000);
    watch(probes);
    await clock.settle();
    expect([manager.started("1"), manager.ready("1"), new Set(runs).size]).toEqual([true, true, 3]);
  });

  test("asks for a restart when liveness or startup has failed for good", async () => {
    outcome = "failure";
    watch({ livenessProbe: { failureThreshold: 2, periodSeconds: 1 } });
    await clock.advance(1500);
    expect(manager.failed("1")).toBe("liveness");
    manager.sync(pod, "10.0.0.1", [], false);
    expect([manager.failed("1"), clock.pending]).toEqual([undefined, 0]);
  });

  test("does not count what could not be run", async () => {
    outcome = "unknown";
    watch({ livenessProbe: { failureThreshold: 1, periodSeconds: 1 } });
    await clock.advance(5000);
    expect(manager.failed("1")).toBeUndefined();
  });

  test("keeps only readiness while a pod ends", async () => {
    const probes = { livenessProbe: { periodSeconds: 1 }, readinessProbe: { periodSeconds: 1 } };
    watch(probes);
    await clock.settle();
    watch(probes, true);
    runs = [];
    await clock.advance(3000);
    expect(new Set(runs)).toEqual(new Set(["readiness"]));
    manager.stop();
    expect(clock.pending).toBe(0);
  });
});
