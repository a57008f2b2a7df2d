import { CONTROLLER_REVISIONS, DAEMON_SETS, type DaemonSet, NODES, type Node, PODS } from "@pinnace/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { daemonSetController } from "../src/daemonset/index.ts";
import { nodeFit } from "../src/daemonset/node-fit.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

let plane: ControlPlane;

const node = (name: string, more: Partial<Node> = {}): Node => ({
  metadata: { name, labels: { "kubernetes.io/hostname": name } },
  ...more,
});

async function start(spec: object = {}, podSpec: object = {}): Promise<void> {
  const containers = [{ name: "c", image: "img:1" }];
  await plane.create(DAEMON_SETS, {
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers, ...podSpec } },
      ...spec,
    },
  });
  await plane.clock.advance(1000);
}

const image = (name: string): object => ({
  spec: { template: { spec: { containers: [{ name: "c", image: name }] } } },
});
const get = (): Promise<DaemonSet> => plane.get(DAEMON_SETS, "web");
const images = async (): Promise<readonly (string | undefined)[]> =>
  (await plane.list(PODS)).map(({ spec }) => spec?.containers[0]?.image).sort();

async function targets(): Promise<readonly (string | undefined)[]> {
  return (await plane.list(PODS))
    .map(
      ({ spec }) =>
        spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]
          ?.matchFields?.[0]?.values?.[0],
    )
    .sort();
}

describe("a DaemonSet", () => {
  beforeEach(async () => {
    plane = await startControlPlane([daemonSetController]);
    for (const name of ["a", "b", "c"]) await plane.create(NODES, node(name));
  });
  afterEach(() => plane.stop());

  it("has one tolerant pod on every node", async () => {
    await start();
    expect(await targets()).toEqual(["a", "b", "c"]);
    const [pod] = await plane.list(PODS);
    expect(pod?.spec?.tolerations?.map(({ key }) => key?.split("/")[1])).toEqual([
      "not-ready",
      "unreachable",
      "disk-pressure",
      "memory-pressure",
      "pid-pressure",
      "unschedulable",
    ]);
    expect((await get()).status).toEqual({
      currentNumberScheduled: 3,
      desiredNumberScheduled: 3,
      numberAvailable: 3,
      numberMisscheduled: 0,
      numberReady: 3,
      observedGeneration: 1,
      updatedNumberScheduled: 3,
    });
  });

  it("follows nodes that come and labels that change", async () => {
    await start({}, { nodeSelector: { daemon: "yes" } });
    expect(await targets()).toEqual([]);
    await plane.create(NODES, node("d", { metadata: { name: "d", labels: { daemon: "yes" } } }));
    await plane.mergePatch(NODES, "a", { metadata: { labels: { daemon: "yes" } } });
    await plane.clock.advance(1000);
    expect(await targets()).toEqual(["a", "d"]);
    await plane.mergePatch(NODES, "a", { metadata: { labels: { daemon: null } } });
    await plane.clock.advance(1000);
    expect(await targets()).toEqual(["d"]);
  });

  it("replaces a pod that was deleted", async () => {
    await start();
    const [pod] = await plane.list(PODS);
    await plane.client
      .resource(PODS)
      .namespace("default")
      .delete(pod?.metadata?.name ?? "");
    await plane.clock.advance(1000);
    expect(await targets()).toEqual(["a", "b", "c"]);
  });

  it("rolls out with a revision for each template, and reuses one that comes back", async () => {
    await start();
    await plane.mergePatch(DAEMON_SETS, "web", image("img:2"));
    await plane.clock.advance(10_000);
    expect(await images()).toEqual(["img:2", "img:2", "img:2"]);
    expect((await get()).status).toMatchObject({
      numberAvailable: 3,
      updatedNumberScheduled: 3,
      observedGeneration: 2,
    });
    await plane.mergePatch(DAEMON_SETS, "web", image("img:1"));
    await plane.clock.advance(10_000);
    expect((await plane.list(CONTROLLER_REVISIONS)).map(({ revision }) => revision).sort()).toEqual([2, 3]);
  });

  it("surges when it may not be short of a pod", async () => {
    await start({ updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } });
    let fewest = 3;
    plane.informers.informer(PODS).events.subscribe(() => {
      const ready = plane.informers
        .informer(PODS)
        .lister.list()
        .filter(({ status, metadata }) => status?.phase === "Running" && !metadata?.deletionTimestamp);
      fewest = Math.min(fewest, ready.length);
    });
    fewest = 3;
    await plane.mergePatch(DAEMON_SETS, "web", image("img:2"));
    await plane.clock.advance(10_000);
    expect(await images()).toEqual(["img:2", "img:2", "img:2"]);
    expect(fewest).toBe(3);
  });

  it("leaves old pods alone with OnDelete", async () => {
    await start({ updateStrategy: { type: "OnDelete" } });
    await plane.mergePatch(DAEMON_SETS, "web", image("img:2"));
    await plane.clock.advance(10_000);
    expect(await images()).toEqual(["img:1", "img:1", "img:1"]);
    expect((await get()).status?.updatedNumberScheduled).toBeUndefined();
  });
});

describe("a node fits a daemon", () => {
  const containers = [{ name: "c", image: "i" }];
  const tainted = (effect: string): Node => node("a", { spec: { taints: [{ key: "k", effect }] } });
  const required = (matchExpressions: readonly object[]): object => ({
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
    },
  });

  it.each([
    ["without conditions", {}, node("a"), true, true],
    ["by name", { nodeName: "a" }, node("a"), true, true],
    ["not by another name", { nodeName: "b" }, node("a"), false, false],
    ["by selector", { nodeSelector: { "kubernetes.io/hostname": "a" } }, node("a"), true, true],
    ["not by selector", { nodeSelector: { x: "y" } }, node("a"), false, false],
    ["not behind NoSchedule, but may stay", {}, tainted("NoSchedule"), false, true],
    ["not behind NoExecute", {}, tainted("NoExecute"), false, false],
    ["behind PreferNoSchedule", {}, tainted("PreferNoSchedule"), true, true],
    ["behind what it tolerates", { tolerations: [{ operator: "Exists" }] }, tainted("NoExecute"), true, true],
    [
      "by affinity",
      required([{ key: "kubernetes.io/hostname", operator: "In", values: ["a"] }]),
      node("a"),
      true,
      true,
    ],
    ["not by affinity", required([{ key: "x", operator: "Exists" }]), node("a"), false, false],
    ["by absence", required([{ key: "x", operator: "DoesNotExist" }]), node("a"), true, true],
  ])("%s", (_, spec, of, shouldRun, shouldContinue) => {
    expect(nodeFit({ containers, ...spec } as never, of)).toEqual({ shouldRun, shouldContinue });
  });
});
