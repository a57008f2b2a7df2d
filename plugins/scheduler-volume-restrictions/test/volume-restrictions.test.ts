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

const create = (objects: Readonly<Record<string, readonly object[]>> = {}) =>
  plugin.create(testComponents({ reader: testReader(objects) }), {});
const withVolume = (name: string, source: object, metadata: object = {}) =>
  testPod(name, { volumes: [{ name: "v", ...source }] }, metadata);

describe("VolumeRestrictions of disks", () => {
  const gce = (pdName: string, readOnly = false) => ({ gcePersistentDisk: { pdName, readOnly } });
  const rbd = (monitor: string, change: object = {}) => ({ rbd: { monitors: [monitor], image: "i", ...change } });
  it.each([
    { a: gce("d"), b: gce("d"), fits: false },
    { a: gce("d", true), b: gce("d", true), fits: true },
    { a: gce("d", true), b: gce("d"), fits: false },
    { a: gce("d"), b: gce("e"), fits: true },
    {
      a: { awsElasticBlockStore: { volumeID: "v", readOnly: true } },
      b: { awsElasticBlockStore: { volumeID: "v", readOnly: true } },
      fits: false,
    },
    { a: { iscsi: { iqn: "q", readOnly: true } }, b: { iscsi: { iqn: "q", readOnly: true } }, fits: true },
    { a: { iscsi: { iqn: "q" } }, b: { iscsi: { iqn: "q" } }, fits: false },
    { a: rbd("m"), b: rbd("m"), fits: false },
    { a: rbd("m"), b: rbd("n"), fits: true },
    { a: rbd("m"), b: rbd("m", { pool: "other" }), fits: true },
    { a: rbd("m"), b: rbd("m", { pool: "rbd" }), fits: false },
    { a: { emptyDir: {} }, b: gce("d"), fits: true },
  ])("$a beside $b: $fits", ({ a, b, fits }) => {
    const node = testNodeInfo(testNode("n"), withVolume("x", b));
    const { preFilter, filters } = attempt(create(), withVolume("p", a), [node]);
    const reason = preFilter?.code === "Skip" ? undefined : filters[0]!.reasons[0];
    expect(reason).toBe(fits ? undefined : "node(s) had no available disk");
  });
});

describe("VolumeRestrictions of claims", () => {
  const source = { persistentVolumeClaim: { claimName: "c" } };
  const claim = (mode: string): object => ({
    metadata: { name: "c", namespace: "default" },
    spec: { accessModes: [mode] },
  });
  const nodes = [testNodeInfo(testNode("a"), withVolume("x", source)), testNodeInfo(testNode("b"))];

  it("lets one pod use a ReadWriteOncePod claim, on any node", () => {
    const instance = create({ persistentvolumeclaims: [claim("ReadWriteOncePod")] });
    const { filters } = attempt(instance, withVolume("p", source), nodes);
    expect(filters.map(({ code }) => code)).toEqual(["Unschedulable", "Unschedulable"]);
    expect(filters[0]!.reasons[0]).toContain("ReadWriteOncePod access mode already in-use by another pod");
  });

  it("frees the claim when its user is taken away", () => {
    const instance = create({ persistentvolumeclaims: [claim("ReadWriteOncePod")] });
    const cycle = testCycle(withVolume("p", source), nodes);
    instance.preFilter!(cycle);
    const trial = { ...cycle, state: cycle.state.clone() };
    instance.removePod!(trial, nodes[0]!.pods[0]!, nodes[0]!);
    expect(instance.filter!(trial, nodes[0]!).code).toBe("Success");
    expect(instance.filter!(cycle, nodes[0]!).code).toBe("Unschedulable");
  });

  it.each([
    { what: "another access mode", objects: { persistentvolumeclaims: [claim("ReadWriteOnce")] }, code: "Skip" },
    { what: "a missing claim", objects: {}, code: "UnschedulableAndUnresolvable" },
  ])("with $what says $code", ({ objects, code }) => {
    expect(attempt(create(objects), withVolume("p", source), nodes).preFilter!.code).toBe(code);
  });
});
