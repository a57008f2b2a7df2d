import type { ClusterReader } from "@pinnace/scheduler-framework";
import {
  attempt,
  testComponents,
  testCycle,
  testNode,
  testNodeInfo,
  testPod,
  testReader,
} from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const using = (name: string, ...claims: readonly string[]) =>
  testPod(name, {
    volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
  });
const claim = (name: string, spec: object): object => ({ metadata: { name, namespace: "default" }, spec });
const volume = (name: string, volumeHandle: string): object => ({
  metadata: { name },
  spec: { csi: { driver: "csi.example.com", volumeHandle } },
});
const csiNode = (count: number | undefined): object => ({
  metadata: { name: "n" },
  spec: { drivers: [{ name: "csi.example.com", ...(count === undefined ? {} : { allocatable: { count } }) }] },
});
const claims = [
  claim("c1", { volumeName: "v1" }),
  claim("c2", { volumeName: "v2" }),
  claim("same-as-c1", { volumeName: "v1" }),
  claim("unbound", { storageClassName: "fast" }),
  claim("lost", { volumeName: "none" }),
];
const objects = {
  persistentvolumeclaims: claims,
  persistentvolumes: [volume("v1", "h1"), volume("v2", "h2")],
  storageclasses: [{ metadata: { name: "fast" }, provisioner: "csi.example.com" }],
};

describe("NodeVolumeLimits", () => {
  it.each([
    { what: "a second volume where one is allowed", limit: 1, wants: ["c2"], fits: false },
    { what: "a second volume where two are allowed", limit: 2, wants: ["c2"], fits: true },
    { what: "a volume that is attached already", limit: 1, wants: ["same-as-c1"], fits: true },
    { what: "a volume that is yet to be made", limit: 1, wants: ["unbound"], fits: false },
    { what: "two more where two are allowed", limit: 2, wants: ["c2", "unbound"], fits: false },
    { what: "no limit", limit: undefined, wants: ["c2"], fits: true },
    { what: "a claim whose volume is unknown", limit: 1, wants: ["lost"], fits: true },
    { what: "a claim that is unknown", limit: 1, wants: ["none"], fits: true },
  ])("with $what: $fits", ({ limit, wants, fits }) => {
    const reader = testReader({ ...objects, csinodes: [csiNode(limit)] });
    const node = testNodeInfo(testNode("n"), using("x", "c1"));
    const [status] = attempt(plugin.create(testComponents({ reader }), {}), using("p", ...wants), [node]).filters;
    expect(status!.reasons).toEqual(fits ? [] : ["node(s) exceed max volume count"]);
  });

  it("has nothing to say about a pod without claims", () => {
    expect(attempt(plugin.create(testComponents(), {}), testPod("p"), []).preFilter?.code).toBe("Skip");
  });

  it("sees that a limit has changed", () => {
    let [version, limit] = [1, 1];
    const reader: ClusterReader = {
      list: () => [],
      get: (type, key) => testReader({ ...objects, csinodes: [csiNode(limit)] }).get(type, key),
      version: () => version,
    };
    const instance = plugin.create(testComponents({ reader }), {});
    const node = testNodeInfo(testNode("n"), using("x", "c1"));
    const says = (): string => {
      const cycle = testCycle(using("p", "c2"), [node]);
      instance.preFilter!(cycle);
      return instance.filterRows!(cycle)(0).code;
    };
    expect(says()).toBe("Unschedulable");
    [version, limit] = [2, 2];
    expect(says()).toBe("Success");
  });
});
