import { type Pod, RESOURCE_CLAIMS } from "@pinnace/api";
import { createRealClock } from "@pinnace/clock";
import { silentLogger } from "@pinnace/logging";
import { createCertificateAuthority } from "@pinnace/pki";
import { createPodInfo, createSnapshot } from "@pinnace/scheduler-framework";
import { testNode, testNodeInfo, testPod } from "@pinnace/scheduler-framework/compliance";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpExtender } from "../src/extenders/http-extender.ts";
import { createPreemptionAdvisor } from "../src/extenders/preemption-advisor.ts";
import { type ExtenderConfig, fetchTransport } from "../src/index.ts";
import { nodeExtenderTransport } from "../src/node/index.ts";
import { type Answers, ExtenderServer } from "./extender-server.ts";
import { FakeCluster } from "./fake-cluster.ts";

const CONFIG: ExtenderConfig = {
  urlPrefix: "",
  filterVerb: "",
  preemptVerb: "",
  prioritizeVerb: "",
  bindVerb: "",
  weight: 1,
  enableHTTPS: false,
  httpTimeout: 5_000,
  nodeCacheCapable: false,
  managedResources: [],
  ignorable: false,
};

const servers: ExtenderServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

async function serve(answers: Answers): Promise<ExtenderServer> {
  const server = await ExtenderServer.start(answers);
  servers.push(server);
  return server;
}

async function clusterWith(...extenders: readonly ExtenderConfig[]): Promise<FakeCluster> {
  const cluster = new FakeCluster({}, { extenders });
  for (const name of ["a", "b", "c"]) cluster.nodes.put(testNode(name));
  await cluster.scheduler.start();
  return cluster;
}

/** Lets real answers arrive while virtual time stands. */
async function until(cluster: FakeCluster, holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_000 && !holds(); tries += 1) {
    await cluster.clock.settle();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(holds()).toBe(true);
}

const nodeOf = (cluster: FakeCluster): string | undefined => cluster.pod("p")?.spec?.nodeName;
const messageOf = (cluster: FakeCluster): string | undefined => cluster.pod("p")?.status?.conditions?.[0]?.message;

async function placed(cluster: FakeCluster, pod: Pod = testPod("p")): Promise<string | undefined> {
  cluster.pods.put(pod);
  await until(cluster, () => nodeOf(cluster) !== undefined);
  await cluster.scheduler.stop();
  return nodeOf(cluster);
}

async function refused(cluster: FakeCluster): Promise<string | undefined> {
  cluster.pods.put(testPod("p"));
  await until(cluster, () => messageOf(cluster) !== undefined);
  await cluster.scheduler.stop();
  return messageOf(cluster);
}

interface Nodes {
  readonly Nodes: { readonly items: readonly { readonly metadata: { readonly name: string } }[] };
}

describe("an extender that filters", () => {
  it("leaves out nodes, given whole", async () => {
    const server = await serve({
      filter: ({ Nodes }: Nodes) => ({ Nodes: { items: Nodes.items.filter(({ metadata }) => metadata.name === "b") } }),
    });
    const cluster = await clusterWith({ ...CONFIG, urlPrefix: `${server.url}/`, filterVerb: "filter" });
    expect(await placed(cluster)).toBe("b");
    expect(server.asked[0]?.body).toMatchObject({ Pod: { metadata: { name: "p" } }, NodeNames: null });
  });

  it("leaves out nodes by name when it knows them, in lower case too", async () => {
    const server = await serve({
      filter: ({ NodeNames }: { NodeNames: readonly string[] }) => ({
        nodenames: NodeNames.filter((name) => name > "b"),
      }),
    });
    const config = { ...CONFIG, urlPrefix: server.url, filterVerb: "filter", nodeCacheCapable: true };
    expect(await placed(await clusterWith(config))).toBe("c");
    expect(server.asked[0]?.body).toMatchObject({ Nodes: null, NodeNames: ["a", "b", "c"] });
  });

  it("says why, and any event brings the pod back", async () => {
    let isFull = true;
    const server = await serve({
      filter: ({ Nodes }: Nodes) =>
        isFull
          ? { FailedNodes: { a: "busy", b: "busy" }, FailedAndUnresolvableNodes: { b: "broken", c: "broken" } }
          : { Nodes },
    });
    const cluster = await clusterWith({ ...CONFIG, urlPrefix: server.url, filterVerb: "filter" });
    cluster.pods.put(testPod("p"));
    await until(cluster, () => messageOf(cluster) !== undefined);
    expect(messageOf(cluster)).toBe("0/3 nodes are available: 1 busy, 2 broken.");
    isFull = false;
    cluster.table(RESOURCE_CLAIMS).put({ metadata: { name: "any", namespace: "default" } } as never);
    await until(cluster, () => nodeOf(cluster) !== undefined);
    await cluster.scheduler.stop();
  });

  it.each([
    { what: "an error", answer: { Error: "no licence" }, says: "no licence" },
    {
      what: "a status",
      answer: 500,
      says: /^failed filter with extender at URL http:.*\/scheduler\/filter, code 500$/,
    },
    {
      what: "a node that was not asked about",
      answer: { Nodes: { items: [{ metadata: { name: "z" } }] } },
      says: /^extender "http:.*" claims a filtered node "z" which is not found in the input node list$/,
    },
  ])("ends the attempt with $what", async ({ answer, says }) => {
    const server = await serve({ filter: () => answer });
    const cluster = await clusterWith({ ...CONFIG, urlPrefix: server.url, filterVerb: "filter" });
    expect(await refused(cluster)).toMatch(says);
    expect(cluster.pod("p")?.status?.conditions?.[0]?.reason).toBe("SchedulerError");
  });

  it("does not when it may be ignored", async () => {
    const server = await serve({ filter: () => 500 });
    const config = { ...CONFIG, urlPrefix: server.url, filterVerb: "filter", ignorable: true };
    expect(await placed(await clusterWith(config))).toBe("a");
  });

  it("is asked only about pods with its resources", async () => {
    const server = await serve({ filter: () => 500 });
    const managedResources = [{ name: "example.com/gpu", ignoredByScheduler: false }];
    const config = { ...CONFIG, urlPrefix: server.url, filterVerb: "filter", managedResources };
    expect(await placed(await clusterWith(config))).toBe("a");
    const asking = testPod("q", { containers: [{ name: "c", resources: { limits: { "example.com/gpu": "1" } } }] });
    const extender = createHttpExtender(config, fetchTransport(config), createRealClock());
    expect([extender.isInterested(testPod("p")), extender.isInterested(asking)]).toEqual([false, true]);
  });

  it("is not waited for longer than its timeout", async () => {
    const config = { ...CONFIG, urlPrefix: "http://x", filterVerb: "filter", httpTimeout: 20 };
    const never = createHttpExtender(
      config,
      ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      createRealClock(),
    );
    await expect(never.filter(testPod("p"), [])).rejects.toThrow('Post "http://x/filter": no answer within 0.02s');
  });
});

describe("an extender that prioritizes", () => {
  it("adds its weighted scores, scaled to those of plugins", async () => {
    const server = await serve({
      score: () => [
        { Host: "b", Score: 10 },
        { Host: "c", Score: 4 },
      ],
    });
    const other = await serve({ score: () => [{ Host: "c", Score: 10 }] });
    const cluster = await clusterWith(
      { ...CONFIG, urlPrefix: server.url, prioritizeVerb: "score", weight: 2 },
      { ...CONFIG, urlPrefix: other.url, prioritizeVerb: "score", weight: 1 },
    );
    expect(await placed(cluster)).toBe("b");
    const [attempt] = cluster.scheduler.inspection.attempts.of("default", "p");
    const totals = attempt?.search.type === "found" ? attempt.search.scored.map(({ total }) => total) : [];
    expect(totals).toEqual([0, 200, 180]);
  });

  it("decides nothing when it fails", async () => {
    const server = await serve({ score: () => 503 });
    expect(await placed(await clusterWith({ ...CONFIG, urlPrefix: server.url, prioritizeVerb: "score" }))).toBe("a");
  });
});

describe("an extender that binds", () => {
  it("does so instead of the plugins", async () => {
    let cluster: FakeCluster | undefined;
    const server = await serve({
      bind: ({ PodName, Node }: { PodName: string; Node: string }) => {
        const pod = cluster!.pod(PodName)!;
        cluster!.pods.put({ ...pod, spec: { ...pod.spec, nodeName: Node } } as Pod);
        return {};
      },
    });
    cluster = await clusterWith({ ...CONFIG, urlPrefix: server.url, bindVerb: "bind" });
    cluster.bindingError = new Error("the plugin was asked");
    expect(await placed(cluster)).toBe("a");
    expect(server.asked[0]?.body).toEqual({ PodName: "p", PodNamespace: "default", PodUID: "uid-p", Node: "a" });
  });

  it("fails the attempt, or leaves it to the plugins when it may be ignored", async () => {
    const server = await serve({ bind: () => ({ Error: "not now" }) });
    const config = { ...CONFIG, urlPrefix: server.url, bindVerb: "bind" };
    expect(await refused(await clusterWith(config))).toBe("not now");
    expect(await placed(await clusterWith({ ...config, ignorable: true }))).toBe("a");
  });
});

describe("an extender that takes part in preemption", () => {
  const victim = testPod("victim", { nodeName: "a" });
  const snapshot = createSnapshot(1, [testNodeInfo(testNode("a"), victim), testNodeInfo(testNode("b"))]);
  const candidates = [{ nodeName: "a", victims: [createPodInfo(victim)], violations: 1 }];
  const advise = async (answers: Answers, change: Partial<ExtenderConfig> = {}) => {
    const server = await serve(answers);
    const config = { ...CONFIG, urlPrefix: server.url, preemptVerb: "preempt", ...change };
    const extender = createHttpExtender(config, fetchTransport(config), createRealClock());
    const left = await createPreemptionAdvisor([extender], silentLogger)!.advise(testPod("p"), candidates, snapshot);
    return { left, asked: server.asked[0]?.body };
  };
  const answer = (uids: readonly string[], node = "a") => ({
    NodeNameToMetaVictims: { [node]: { Pods: uids.map((UID) => ({ UID })), NumPDBViolations: 0 } },
  });

  it("chooses among the candidates", async () => {
    const { left, asked } = await advise({ preempt: () => answer(["uid-victim"]) });
    expect(left).toEqual([{ nodeName: "a", victims: [snapshot.get("a")!.pods[0]], violations: 0 }]);
    expect(asked).toMatchObject({ NodeNameToVictims: { a: { Pods: [victim], NumPDBViolations: 1 } } });
  });

  it("is told uids alone when it knows the nodes", async () => {
    const { asked } = await advise({ preempt: () => answer(["uid-victim"]) }, { nodeCacheCapable: true });
    expect(asked).toMatchObject({
      NodeNameToVictims: null,
      NodeNameToMetaVictims: { a: { Pods: [{ UID: "uid-victim" }] } },
    });
  });

  it.each([
    { what: "a pod that is not there", answers: answer(["other"]), says: /the pod is not found on that node/ },
    { what: "no victims", answers: answer([]), says: 'expected at least one victim pod on node "a"' },
  ])("fails with $what, unless it may be ignored", async ({ answers, says }) => {
    await expect(advise({ preempt: () => answers })).rejects.toThrow(says);
    const { left } = await advise({ preempt: () => answers }, { ignorable: true });
    expect(left).toEqual(answers.NodeNameToMetaVictims.a?.Pods.length === 0 ? [] : candidates);
  });
});

describe("an extender over TLS", () => {
  it("is verified by its CA, and knows the scheduler by its certificate", async () => {
    const clock = createRealClock();
    const authority = await createCertificateAuthority({ clock, commonName: "extenders" });
    const serving = await authority.issue({
      commonName: "extender",
      subjectAltNames: ["127.0.0.1"],
      usages: ["server"],
    });
    const client = await authority.issue({ commonName: "scheduler", usages: ["client"] });
    const server = await ExtenderServer.start(
      { filter: ({ Nodes }: Nodes) => ({ Nodes }) },
      {
        cert: serving.certificate,
        key: serving.key,
        ca: authority.certificate,
        requestCert: true,
        rejectUnauthorized: true,
      },
    );
    servers.push(server);
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    const tlsConfig = {
      caData: base64(authority.certificate),
      certData: base64(client.certificate),
      keyData: base64(client.key),
    };
    const config = { ...CONFIG, urlPrefix: server.url, filterVerb: "filter", enableHTTPS: true, tlsConfig };
    const ask = (each: ExtenderConfig) =>
      createHttpExtender(each, nodeExtenderTransport(each), clock).filter(testPod("p"), [testNodeInfo(testNode("a"))]);
    expect((await ask(config)).nodes).toHaveLength(1);
    const { caData, ...unknown } = tlsConfig;
    await expect(ask({ ...config, enableHTTPS: false, tlsConfig: unknown })).rejects.toThrow(/certificate|self-signed/);
    await expect(ask({ ...config, tlsConfig: { caData } })).rejects.toThrow();
  });

  it("needs the transport of Node", () => {
    expect(() => fetchTransport({ ...CONFIG, tlsConfig: {} })).toThrow(
      expect.objectContaining({ code: "EXTENDER_TLS" }),
    );
  });
});
