import { appendFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pod } from "@pinnace/api";
import { createRealClock } from "@pinnace/clock";
import type { ContainerRuntime } from "@pinnace/cri";
import { silentLogger } from "@pinnace/logging";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { weightOf } from "../src/node/cgroups/node-cgroups.ts";
import {
  createNodeCgroups,
  createNodeNetwork,
  createNodePodFiles,
  LogRotator,
  readResolver,
} from "../src/node/index.ts";
import { parseCriLine } from "../src/node/logs/cri-line.ts";

const clock = createRealClock();
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kubelet-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const pod: Pod = {
  metadata: { name: "web", namespace: "default", uid: "u1" },
  spec: { containers: [{ name: "c", resources: { requests: { cpu: "500m" }, limits: { cpu: "1", memory: "64Mi" } } }] },
};
const line = (n: number, tag = "F"): string => `2026-01-01T00:00:00.00000000${n}Z stdout ${tag} line ${n}\n`;

test.each([
  [
    "2026-01-01T00:00:00.1Z stderr F some text",
    { timestamp: "2026-01-01T00:00:00.1Z", stream: "stderr", text: "some text", partial: false },
  ],
  ["t stdout P half", { timestamp: "t", stream: "stdout", text: "half", partial: true }],
  ["t stdout F ", { timestamp: "t", stream: "stdout", text: "", partial: false }],
  ["t stdout F", { timestamp: "t", stream: "stdout", text: "", partial: false }],
  ["t elsewhere F x", undefined],
  ["garbage", undefined],
])("CRI line %j", (text, expected) => expect(parseCriLine(text)).toEqual(expected));

describe("logs on disk", () => {
  const files = () =>
    createNodePodFiles(clock, {
      rootDirectory: join(root, "kubelet"),
      podLogsDirectory: join(root, "pods"),
      containerLogsDirectory: join(root, "containers"),
    });
  const read = async (path: string, tailLines?: number): Promise<string[]> => {
    const lines: string[] = [];
    const options = { follow: false, signal: new AbortController().signal, running: async () => false };
    const tail = tailLines === undefined ? {} : { tailLines };
    for await (const { text } of files().readLog?.(path, { ...options, ...tail }) ?? []) lines.push(text);
    return lines;
  };

  test("are read across rotation, from the end when only a tail is wanted", async () => {
    const path = join(root, "0.log");
    await writeFile(`${path}.20260101-000000`, line(1) + line(2));
    await writeFile(path, line(3) + line(4));
    expect(await read(path)).toEqual(["line 1", "line 2", "line 3", "line 4"]);
    expect(await read(path, 1)).toEqual(["line 4"]);
    expect(await read(path, 3)).toEqual(["line 2", "line 3", "line 4"]);
    expect(await read(path, 0)).toEqual([]);
    expect(await read(path, 9)).toHaveLength(4);
  });

  test("are followed through a rotation until the container has ended", async () => {
    const path = join(root, "0.log");
    await writeFile(path, line(1));
    let alive = true;
    const seen: string[] = [];
    const options = { follow: true, signal: new AbortController().signal, running: async () => alive };
    const reading = (async () => {
      for await (const { text } of files().readLog?.(path, options) ?? []) {
        seen.push(text);
        if (text === "line 1") await appendFile(path, line(2));
        if (text === "line 2") {
          await rename(path, `${path}.20260101-000000`);
          await writeFile(path, line(3));
        }
        if (text === "line 3") {
          await appendFile(path, line(4));
          alive = false;
        }
      }
    })();
    await reading;
    expect(seen).toEqual(["line 1", "line 2", "line 3", "line 4"]);
  });

  test("are linked under the names that collectors know, and go with the pod", async () => {
    const node = files();
    await node.prepare(pod);
    const logPath = join(node.logDirectory(pod), "c/0.log");
    await node.linkLog(pod, "c", "f".repeat(64), logPath);
    await writeFile((await node.createTerminationLog("u1", "c", 0)) ?? "", "why");
    expect([await readdir(join(root, "containers")), await node.readTerminationLog("u1", "c", 0)]).toEqual([
      [`web_default_c-${"f".repeat(64)}.log`],
      "why",
    ]);
    expect(await readFile((await node.writeHosts("u1", "hosts")) ?? "", "utf8")).toBe("hosts");
    await node.remove({ uid: "u1", namespace: "default", name: "web" });
    expect(
      await Promise.all(["containers", "pods", "kubelet/pods"].map((folder) => readdir(join(root, folder)))),
    ).toEqual([[], [], []]);
  });

  test("are rotated when they are too large, and the oldest are dropped", async () => {
    const path = join(root, "0.log");
    let reopened = 0;
    const runtime = {
      listContainers: async () => [{ id: "1", state: "RUNNING" }],
      containerStatus: async () => ({ logPath: path }),
      reopenContainerLog: async () => {
        reopened += 1;
        await writeFile(path, "");
      },
    } as unknown as ContainerRuntime;
    let now = 0;
    const rotator = new LogRotator(
      { runtime, clock: { ...clock, now: () => now }, logger: silentLogger },
      { maxSize: 10, maxFiles: 3 },
    );
    for (let i = 1; i <= 4; i++) {
      await writeFile(path, line(i));
      now += 1000;
      await rotator.rotateAll();
    }
    expect([reopened, (await readdir(root)).sort()]).toEqual([
      4,
      ["0.log", "0.log.19700101-000003.gz", "0.log.19700101-000004"],
    ]);
    expect(await read(path)).toEqual(["line 3", "line 4"]);
  });
});

describe("cgroups", () => {
  const text = (path: string): Promise<string> => readFile(join(root, path), "utf8");

  test("of version 1 are made in every hierarchy and removed", async () => {
    for (const name of ["cpu", "cpuset", "memory", "unified"]) await mkdir(join(root, name));
    await writeFile(join(root, "cpu/marker"), "");
    const cgroups = createNodeCgroups(clock, { root, prefix: "/node-1" });
    await rm(join(root, "cpuset"), { recursive: true });
    const path = await cgroups.ensure(pod);
    expect(path).toBe("/node-1/kubepods/burstable/podu1");
    expect(
      await Promise.all([
        text(`cpu${path}/cpu.shares`),
        text(`cpu${path}/cpu.cfs_quota_us`),
        text(`memory${path}/memory.limit_in_bytes`),
      ]),
    ).toEqual(["512", "100000", String(64 * 1024 ** 2)]);
  });

  test("of version 2 have weights", async () => {
    await writeFile(join(root, "cgroup.controllers"), "cpu memory pids rdma\n");
    const path = await createNodeCgroups(clock, { root }).ensure(pod);
    expect(
      await Promise.all([text("cgroup.subtree_control"), text(`${path}/cpu.max`), text(`${path}/memory.max`)]),
    ).toEqual(["+cpu +memory +pids", "100000 100000", String(64 * 1024 ** 2)]);
  });

  test.each([
    [2, 1],
    [1024, 39],
    [262_144, 10_000],
  ])("%d shares weigh %d", (shares, weight) => expect(weightOf(shares)).toBe(weight));
});

test("resolv.conf is read as the resolver reads it", async () => {
  const path = join(root, "resolv.conf");
  await writeFile(
    path,
    "# a\ndomain old\nsearch a.b c.d\nnameserver 1.1.1.1\nnameserver 2.2.2.2\noptions ndots:2 edns0\n",
  );
  expect(await readResolver(path)).toEqual({
    nameservers: ["1.1.1.1", "2.2.2.2"],
    searches: ["a.b", "c.d"],
    options: ["ndots:2", "edns0"],
  });
});

describe("the pod network", () => {
  const network = createNodeNetwork(clock);
  const servers: Server[] = [];
  const listen = async (server: Server): Promise<number> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  };
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  const check = (port: number, path: string, headers: { name: string; value: string }[] = [], timeout = 2000) =>
    network.httpGet({ scheme: "http", host: "127.0.0.1", port, path, headers, timeout });

  test("gets, follows redirects of the same host and keeps to its deadline", async () => {
    const server = createHttpServer((request, response) => {
      if (request.url === "/go") response.writeHead(302, { location: "/there" }).end();
      else if (request.url !== "/slow")
        response
          .writeHead(request.url === "/bad" ? 503 : 200)
          .end(`${request.headers.host} ${request.headers["user-agent"]}`);
    });
    const port = await listen(server);
    expect(await check(port, "/go", [{ name: "Host", value: "web" }])).toEqual({
      status: 200,
      body: "web kube-probe/1.36",
    });
    expect((await check(port, "/bad")).status).toBe(503);
    await expect(check(port, "/slow", [], 30)).rejects.toThrow(
      `Get "http://127.0.0.1:${port}/slow": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    );
    server.closeAllConnections();
  });

  test("connects, or says why not as Go does", async () => {
    const server = createTcpServer((socket) => socket.on("error", () => undefined));
    const port = await listen(server);
    await network.tcpConnect("127.0.0.1", port, 1000);
    await new Promise((resolve) => server.close(resolve));
    servers.splice(0);
    const refused = `dial tcp 127.0.0.1:${port}: connect: connection refused`;
    await expect(network.tcpConnect("127.0.0.1", port, 1000)).rejects.toThrow(refused);
    await expect(check(port, "/")).rejects.toThrow(`Get "http://127.0.0.1:${port}/": ${refused}`);
  });

  test("asks gRPC servers for their health", async () => {
    const server = createHttp2Server();
    server.on("stream", (stream, headers) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const service = Buffer.concat(chunks).subarray(7).toString();
        stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
        stream.on("wantTrailers", () =>
          stream.sendTrailers({ "grpc-status": service === "none" ? "5" : "0", "grpc-message": "unknown service" }),
        );
        stream.end(
          Buffer.from([
            0,
            0,
            0,
            0,
            2,
            8,
            service === "sick" || headers[":path"] !== "/grpc.health.v1.Health/Check" ? 2 : 1,
          ]),
        );
      });
    });
    const port = await listen(server as unknown as Server);
    expect(await network.grpcHealth("127.0.0.1", port, "", 1000)).toBe("SERVING");
    expect(await network.grpcHealth("127.0.0.1", port, "sick", 1000)).toBe("NOT_SERVING");
    await expect(network.grpcHealth("127.0.0.1", port, "none", 1000)).rejects.toThrow(
      "rpc error: code = 5 desc = unknown service",
    );
  });
});
