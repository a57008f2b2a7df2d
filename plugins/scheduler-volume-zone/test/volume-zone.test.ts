import {
  attempt,
  testComponents,
  testNode,
  testNodeInfo,
  testPod,
  testReader,
} from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const ZONE = "topology.kubernetes.io/zone";
const BETA = "failure-domain.beta.kubernetes.io/zone";
const pod = testPod("p", { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "c" } }] });
const claim = (spec: object): object => ({ metadata: { name: "c", namespace: "default" }, spec });
const volume = (labels: object): object => ({ metadata: { name: "v", labels }, spec: {} });
const nodes = [
  testNodeInfo(testNode("a", { labels: { [ZONE]: "z1" } })),
  testNodeInfo(testNode("b", { labels: { [ZONE]: "z2" } })),
  testNodeInfo(testNode("c")),
];
const create = (objects: Readonly<Record<string, readonly object[]>>) =>
  plugin.create(testComponents({ reader: testReader(objects) }), {});

describe("VolumeZone", () => {
  it.each([
    { what: "the zone of the volume", labels: { [ZONE]: "z1" }, fits: ["a", "c"] },
    { what: "one of several zones", labels: { [ZONE]: "z1__z2" }, fits: ["a", "b", "c"] },
    { what: "the zone by its older label", labels: { [BETA]: "z2" }, fits: ["b", "c"] },
    { what: "only nodes that know no zones", labels: { [ZONE]: "z9" }, fits: ["c"] },
  ])("takes $what", ({ labels, fits }) => {
    const instance = create({
      persistentvolumeclaims: [claim({ volumeName: "v" })],
      persistentvolumes: [volume(labels)],
    });
    const { filters } = attempt(instance, pod, nodes);
    expect(nodes.filter((_node, index) => filters[index]!.code === "Success").map(({ name }) => name)).toEqual(fits);
    for (const { reasons } of filters)
      expect(["node(s) had no available volume zone", undefined]).toContain(reasons[0]);
  });

  const waiting = { metadata: { name: "waits" }, volumeBindingMode: "WaitForFirstConsumer" };
  it.each([
    { what: "no claims", of: testPod("q"), objects: {}, says: ["Skip"] },
    {
      what: "a volume without labels",
      of: pod,
      objects: { persistentvolumeclaims: [claim({ volumeName: "v" })], persistentvolumes: [volume({})] },
      says: ["Skip"],
    },
    {
      what: "a claim that waits for its pod",
      of: pod,
      objects: { persistentvolumeclaims: [claim({ storageClassName: "waits" })], storageclasses: [waiting] },
      says: ["Skip"],
    },
    {
      what: "an unbound claim",
      of: pod,
      objects: { persistentvolumeclaims: [claim({})] },
      says: ["UnschedulableAndUnresolvable", "PersistentVolumeClaim had no pv name and storageClass name"],
    },
    {
      what: "a missing claim",
      of: pod,
      objects: {},
      says: ["UnschedulableAndUnresolvable", 'persistentvolumeclaim "c" not found'],
    },
    {
      what: "a missing volume",
      of: pod,
      objects: { persistentvolumeclaims: [claim({ volumeName: "v" })] },
      says: ["UnschedulableAndUnresolvable", 'persistentvolume "v" not found'],
    },
  ])("of a pod with $what says $says", ({ of, objects, says }) => {
    const { preFilter } = attempt(create(objects), of, nodes);
    expect([preFilter!.code, ...preFilter!.reasons]).toEqual(says);
  });
});
