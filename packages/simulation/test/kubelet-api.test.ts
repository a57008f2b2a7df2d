import type { Pod } from "@pinnace/api";
import type { ApiRequest, ApiResponse } from "@pinnace/apimachinery";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import type { StreamExit } from "@pinnace/cri";
import type { LocalConnection } from "@pinnace/kubelet";
import { silentLogger } from "@pinnace/logging";
import { createMetricRegistry } from "@pinnace/metrics";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSimulatedNodes, type SimulatedNodes } from "../src/index.ts";
import { FakeCluster } from "./fake-cluster.ts";

let cluster: FakeCluster;
let clock: VirtualClock;
let nodes: SimulatedNodes;

const web: Pod = {
  metadata: { name: "web", annotations: { "pinnace.io/simulation-log": "hello\nworld" } },
  spec: {
    nodeName: "sim-0",
    volumes: [{ name: "config", configMap: { name: "site" } }],
    containers: [
      {
        name: "c",
        image: "img:1",
        env: [
          { name: "GREETING", value: "hi" },
          { name: "BOTH", value: "$(GREETING) $(UNKNOWN) $$(GREETING)" },
          { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
        ],
        volumeMounts: [{ name: "config", mountPath: "/etc/site" }],
      },
    ],
  },
};

beforeEach(async () => {
  cluster = new FakeCluster();
  clock = createVirtualClock({ seed: 1 });
  const { clients, informers, events } = cluster;
  const random = (): number => clock.random();
  const metrics = createMetricRegistry();
  nodes = createSimulatedNodes({ clients, informers, events, clock, logger: silentLogger, metrics, random });
  const site = { metadata: { name: "site", namespace: "default" }, data: { "index.html": "<p>hello</p>" } };
  cluster.objects.set("configmaps/default/site", site as never);
  await nodes.start();
  cluster.createPod(web);
  await clock.settle();
});

afterEach(() => nodes.stop());

async function call(path: string, upgrade?: string): Promise<ApiResponse> {
  const url = new URL(path, "https://kubelet");
  const request: ApiRequest = {
    method: "GET",
    path: url.pathname,
    query: url.searchParams,
    headers: {},
    signal: new AbortController().signal,
    ...(upgrade === undefined ? {} : { upgrade: { protocol: upgrade } }),
  };
  const handler = nodes.handler("sim-0");
  if (!handler) throw new Error("no such node");
  return handler(request);
}

async function textOf({ body }: ApiResponse): Promise<string> {
  const decoder = new TextDecoder();
  if (body.type === "bytes") return decoder.decode(body.bytes);
  if (body.type === "object") return decoder.decode(body.bytes());
  let text = "";
  if (body.type === "stream") for await (const chunk of body.chunks) text += decoder.decode(chunk);
  return text;
}

interface Session {
  readonly exit: StreamExit;
  readonly stdout: string;
  readonly stderr: string;
}

async function stream(path: string, input = "", port?: number): Promise<Session> {
  const { body } = await call(path, "local");
  if (body.type !== "upgrade") throw new Error(`not an upgrade: ${body.type}`);
  let stdout = "";
  let stderr = "";
  const { promise, resolve } = Promise.withResolvers<StreamExit>();
  async function* stdin(): AsyncIterable<Uint8Array> {
    if (input !== "") yield new TextEncoder().encode(input);
  }
  async function* resize(): AsyncIterable<never> {}
  const connection: LocalConnection = {
    local: true,
    ...(port === undefined ? {} : { port }),
    io: {
      stdin: stdin(),
      stdout: (chunk) => {
        stdout += new TextDecoder().decode(chunk);
      },
      stderr: (chunk) => {
        stderr += new TextDecoder().decode(chunk);
      },
      resize: resize(),
      signal: new AbortController().signal,
    },
    ended: resolve,
  };
  body.handle(connection);
  return { exit: await promise, stdout, stderr };
}

const exec = (words: readonly string[], input = ""): Promise<Session> => {
  const query = words.map((word) => `command=${encodeURIComponent(word)}`).join("&");
  return stream(`/exec/default/web/c?${query}&stdin=${input !== ""}&stdout=true&stderr=true`, input);
};

describe("logs", () => {
  const start = 'level=info msg="starting" image=img:1 pod=default/web\n';
  const count = (n: number): string => `level=info msg="request served" count=${n} container=c\n`;

  test.each([
    ["", `${start}hello\nworld\n${count(1)}${count(2)}`],
    ["?tailLines=1", count(2)],
    ["?tailLines=0", ""],
    ["?limitBytes=5", "level"],
    ["?sinceSeconds=12", count(1) + count(2)],
    ["?timestamps=true&tailLines=1", `2026-01-01T00:00:20.000000000Z ${count(2)}`],
  ])("%s", async (query, text) => {
    await clock.advance(21_000);
    expect(await textOf(await call(`/containerLogs/default/web/c${query}`))).toBe(text);
  });

  test("are followed until the container ends", async () => {
    const text = textOf(await call("/containerLogs/default/web/c?follow=true&tailLines=1"));
    await clock.advance(11_000);
    cluster.deletePod("web", 0);
    await clock.settle();
    expect(await text).toBe(`world\n${count(1)}level=info msg="exiting" code=0\n`);
  });

  test.each([
    ["/containerLogs/default/none/c", 404, 'pod "none" in namespace "default" does not exist'],
    ["/containerLogs/default/web/none", 404, 'container "none" not found in pod "web"'],
    ["/containerLogs/default/web/c?previous=true", 400, 'previous terminated container "c" in pod "web" not found'],
    ["/containerLogs/default/web/c?tailLines=x", 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    ["/nothing", 404, "404 page not found\n"],
    ["/exec/default/web/c?command=ls&stdout=true", 400, "Upgrade request required"],
  ])("%s fails with %d", async (path, status, text) => {
    const response = await call(path);
    expect([response.status, await textOf(response)]).toEqual([status, text]);
  });
});

describe("exec", () => {
  test.each([
    [["echo", "a", "b"], "a b\n"],
    [["hostname"], "web\n"],
    [["cat", "/etc/site/index.html"], "<p>hello</p>"],
    [["ls", "/etc/site"], "index.html\n"],
    [["sh", "-c", 'echo "$GREETING"; echo $BOTH && echo ${POD_IP}'], "hi\nhi $(UNKNOWN) $(GREETING)\n10.244.0.2\n"],
    [["sh", "-c", "false || echo saved"], "saved\n"],
    [["cat", "/etc/hostname"], "web\n"],
  ])("%j", async (command, stdout) => {
    expect(await exec(command)).toEqual({ exit: { exitCode: 0 }, stdout, stderr: "" });
  });

  test("carries exit codes, stderr and stdin", async () => {
    expect(await exec(["sh", "-c", "exit 7"])).toMatchObject({ exit: { exitCode: 7 } });
    expect(await exec(["cat", "/none"])).toMatchObject({
      exit: { exitCode: 1 },
      stderr: "cat: can't open '/none': No such file or directory\n",
    });
    expect(await exec(["cat"], "typed")).toMatchObject({ stdout: "typed" });
    expect(await exec(["sh"], "echo one\nexit 3\n")).toMatchObject({ exit: { exitCode: 3 }, stdout: "one\n" });
    expect((await exec(["python"])).exit.error).toContain('exec: "python": executable file not found in $PATH');
  });
});

test("port-forward answers HTTP with the name of the pod", async () => {
  const { stdout } = await stream("/portForward/default/web", "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", 80);
  expect(stdout).toContain("HTTP/1.1 200 OK\r\n");
  expect(stdout).toContain("pod: default/web\nip: 10.244.0.2\nport: 80\n");
});

test("stats and metrics name the containers", async () => {
  await clock.advance(10_000);
  const summary = JSON.parse(await textOf(await call("/stats/summary")));
  expect(summary).toMatchObject({
    node: { nodeName: "sim-0" },
    pods: [{ podRef: { name: "web", namespace: "default" }, containers: [{ name: "c" }] }],
  });
  expect(summary.pods[0].cpu.usageNanoCores).toBeGreaterThan(0);
  const metrics = await textOf(await call("/metrics/resource"));
  expect(metrics).toMatch(/^container_memory_working_set_bytes\{container="c",.*namespace="default".*\} \d+$/m);
  expect(await textOf(await call("/metrics"))).toContain("kubelet_running_pods 1");
  expect(await textOf(await call("/healthz"))).toBe("ok");
});
