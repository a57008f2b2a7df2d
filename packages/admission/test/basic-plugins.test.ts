import { describe, expect, it } from "vitest";
import {
  createDefaultIngressClass,
  createDefaultStorageClass,
  createDefaultTolerationSeconds,
  createDeviceAdminAccess,
  createNamespaceLifecycle,
  createPersistentVolumeClaimResize,
  createPodTopologyLabels,
  createPriority,
  createRbacEscalation,
  createRuntimeClass,
  createStorageObjectInUseProtection,
  createTaintNodesByCondition,
} from "../src/index.ts";
import { admit, cluster, meta, pod, request } from "./cluster.ts";

describe("NamespaceLifecycle", () => {
  const active = { ...meta("ns"), status: { phase: "Active" } };
  const going = { ...meta("ns"), status: { phase: "Terminating" } };
  const asked = request("configmaps", { object: meta("a", "ns") });

  it("lets write into a namespace, also one that the cache does not have yet", async () => {
    await admit(createNamespaceLifecycle(cluster({ namespaces: [active] }).components), asked);
    await admit(createNamespaceLifecycle(cluster({}, { namespaces: [active] }).components), asked);
    await admit(createNamespaceLifecycle(cluster({ namespaces: [going] }, { namespaces: [active] }).components), asked);
  });

  it("refuses where there is no namespace", async () => {
    await expect(admit(createNamespaceLifecycle(cluster().components), asked)).rejects.toMatchObject({
      code: 404,
      message: 'namespaces "ns" not found',
    });
  });

  it("refuses new objects in a namespace that is going", async () => {
    const plugin = createNamespaceLifecycle(cluster({ namespaces: [going] }).components);
    await expect(admit(plugin, asked)).rejects.toMatchObject({
      code: 403,
      message:
        'configmaps "a" is forbidden: unable to create new content in namespace ns because it is being terminated',
      status: {
        details: {
          causes: [
            {
              reason: "NamespaceTerminating",
              message: "namespace ns is being terminated",
              field: "metadata.namespace",
            },
          ],
        },
      },
    });
    await admit(plugin, request("configmaps", { object: meta("a", "ns"), operation: "UPDATE" }));
    await admit(plugin, request("configmaps", { oldObject: meta("a", "ns"), operation: "DELETE" }));
  });

  it("keeps the system's namespaces", async () => {
    const plugin = createNamespaceLifecycle(cluster().components);
    const remove = (name: string) =>
      admit(plugin, request("namespaces", { operation: "DELETE", oldObject: meta(name) }));
    await expect(remove("kube-system")).rejects.toThrow(
      'namespaces "kube-system" is forbidden: this namespace may not be deleted',
    );
    await remove("mine");
  });
});

describe("Priority", () => {
  const classes = [
    { ...meta("high"), value: 1234, preemptionPolicy: "Never" },
    { ...meta("normal"), value: 5, globalDefault: true },
  ];
  const plugin = (priorityclasses: object[] = classes) => createPriority(cluster({ priorityclasses }).components);
  const set = async (spec: object, known = classes) =>
    (await admit(plugin(known), request("pods", { object: pod(spec) }))).spec;

  it("computes priority and preemption policy", async () => {
    expect(await set({}, [])).toMatchObject({ priority: 0, preemptionPolicy: "PreemptLowerPriority" });
    expect(await set({})).toMatchObject({ priority: 5, priorityClassName: "normal" });
    expect(await set({ priorityClassName: "high" })).toMatchObject({ priority: 1234, preemptionPolicy: "Never" });
  });

  it.each([
    [{ priorityClassName: "no" }, "no PriorityClass with name no was found"],
    [
      { priority: 7 },
      "the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 5 from the given PriorityClass name",
    ],
    [
      { priorityClassName: "high", preemptionPolicy: "PreemptLowerPriority" },
      "the string value of PreemptionPolicy (PreemptLowerPriority) must not be provided in pod spec; priority admission controller computed Never from the given PriorityClass name",
    ],
  ])("refuses %o", async (spec, why) => {
    await expect(set(spec)).rejects.toThrow(`pods "p" is forbidden: ${why}`);
  });

  it("keeps what an update leaves out, and allows one default class", async () => {
    const update = request("pods", { operation: "UPDATE", object: pod(), oldObject: pod({ priority: 5 }) });
    expect((await admit(plugin(), update)).spec.priority).toBe(5);
    const second = request("priorityclasses.scheduling.k8s.io", { object: { ...meta("x"), globalDefault: true } });
    await expect(admit(plugin(), second)).rejects.toThrow("PriorityClass normal is already marked as default");
  });

  it("keeps the system's classes", async () => {
    const removal = (name: string) =>
      request("priorityclasses.scheduling.k8s.io", { operation: "DELETE", name, object: undefined });
    await admit(plugin(), removal("normal"));
    await expect(admit(plugin(), removal("system-node-critical"))).rejects.toThrow(
      'priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted',
    );
  });
});

describe("DeviceAdminAccess", () => {
  const asked = (kind: string, spec: object, namespace = "plain") =>
    request(`${kind}.resource.k8s.io`, { object: { ...meta("c", namespace), spec } });
  const admin = {
    devices: {
      requests: [
        { name: "a", exactly: {} },
        { name: "b", exactly: { adminAccess: true } },
      ],
    },
  };
  const label = { "resource.kubernetes.io/admin-access": "true" };
  const namespaces = [meta("plain"), { metadata: { name: "special", labels: label } }];
  const plugin = createDeviceAdminAccess(cluster({ namespaces }).components);

  it.each([
    ["resourceclaims", admin],
    ["resourceclaims", { devices: { requests: [{ name: "a" }, { name: "b", adminAccess: true }] } }],
    ["resourceclaimtemplates", { spec: admin }],
  ])("refuses %s %o in a namespace without the label", async (kind, spec) => {
    await expect(admit(plugin, asked(kind, spec))).rejects.toMatchObject({
      code: 422,
      message: expect.stringContaining(
        "spec.devices.requests[1].adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace",
      ),
    });
    await admit(plugin, asked(kind, spec, "special"));
  });

  it("lets ordinary claims pass", async () => {
    await admit(plugin, asked("resourceclaims", { devices: { requests: [{ name: "a", exactly: {} }] } }));
    await admit(plugin, asked("resourceclaims", {}));
  });
});

describe("defaults", () => {
  it("tolerates unready nodes for 300 seconds, unless the pod says otherwise", async () => {
    const own = {
      key: "node.kubernetes.io/unreachable",
      effect: "NoExecute",
      operator: "Exists",
      tolerationSeconds: 1,
    };
    const object = await admit(
      createDefaultTolerationSeconds(),
      request("pods", { object: pod({ tolerations: [own] }) }),
    );
    const added = {
      key: "node.kubernetes.io/not-ready",
      operator: "Exists",
      effect: "NoExecute",
      tolerationSeconds: 300,
    };
    expect(object.spec.tolerations).toEqual([own, added]);
    const all = pod({ tolerations: [{ operator: "Exists" }] });
    expect(
      (await admit(createDefaultTolerationSeconds(), request("pods", { object: all }))).spec.tolerations,
    ).toHaveLength(1);
  });

  it("taints new nodes", async () => {
    const object = await admit(createTaintNodesByCondition(), request("nodes", { object: meta("n") }));
    expect(object).toMatchObject({ spec: { taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }] } });
  });

  it.each([
    ["persistentvolumes", "kubernetes.io/pv-protection"],
    ["persistentvolumeclaims", "kubernetes.io/pvc-protection"],
    ["volumeattributesclasses.storage.k8s.io", "kubernetes.io/vac-protection"],
  ])("protects %s", async (target, finalizer) => {
    const object = await admit(createStorageObjectInUseProtection(), request(target, { object: meta("x") }));
    expect(object.metadata.finalizers).toEqual([finalizer]);
  });

  it("chooses the newest default class", async () => {
    const marked = (name: string, annotation: string, creationTimestamp: string) => ({
      metadata: { name, creationTimestamp, annotations: { [annotation]: "true" } },
    });
    const storageclasses = ["a", "b", "c"].map((name, i) =>
      marked(
        name,
        "storageclass.kubernetes.io/is-default-class",
        i === 0 ? "2025-01-01T00:00:00Z" : "2026-01-01T00:00:00Z",
      ),
    );
    const storage = createDefaultStorageClass(cluster({ storageclasses }).components);
    const claim = (spec: object) =>
      admit(storage, request("persistentvolumeclaims", { object: { ...meta("c", "ns"), spec } }));
    expect((await claim({})).spec.storageClassName).toBe("b");
    expect((await claim({ storageClassName: "" })).spec.storageClassName).toBe("");
    const ingressclasses = [marked("nginx", "ingressclass.kubernetes.io/is-default-class", "")];
    const ingress = createDefaultIngressClass(cluster({ ingressclasses }).components);
    const made = await admit(
      ingress,
      request("ingresses.networking.k8s.io", { object: { ...meta("i", "ns"), spec: {} } }),
    );
    expect(made.spec.ingressClassName).toBe("nginx");
  });

  it("copies a node's zone and region to bindings", async () => {
    const labels = { "topology.kubernetes.io/zone": "z1", "topology.kubernetes.io/region": "r1", rack: "k" };
    const plugin = createPodTopologyLabels(cluster({ nodes: [{ metadata: { name: "n", labels } }] }).components);
    const binding = { ...meta("p", "ns"), target: { kind: "Node", name: "n" } };
    const { rack, ...topology } = labels;
    expect((await admit(plugin, request("pods/binding", { object: binding }))).metadata.labels).toEqual(topology);
    expect(rack).toBe("k");
  });
});

describe("RuntimeClass", () => {
  const runtimeclasses = [
    {
      ...meta("rc"),
      overhead: { podFixed: { cpu: "100m" } },
      scheduling: { nodeSelector: { kind: "sandbox" }, tolerations: [{ key: "k", operator: "Exists" }] },
    },
  ];
  const plugin = createRuntimeClass(cluster({ runtimeclasses }).components);
  const make = async (spec: object) => (await admit(plugin, request("pods", { object: pod(spec) }))).spec;

  it("sets overhead, selector and tolerations", async () => {
    expect(await make({ runtimeClassName: "rc", nodeSelector: { zone: "a" } })).toMatchObject({
      overhead: { cpu: "100m" },
      nodeSelector: { kind: "sandbox", zone: "a" },
      tolerations: [{ key: "k", operator: "Exists" }],
    });
  });

  it.each([
    [{ runtimeClassName: "nope" }, 'pod rejected: RuntimeClass "nope" not found'],
    [
      { runtimeClassName: "rc", overhead: { cpu: "1" } },
      "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    ],
    [{ overhead: { cpu: "1" } }, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"],
    [
      { runtimeClassName: "rc", nodeSelector: { kind: "other" } },
      "conflict: runtimeClass.scheduling.nodeSelector[kind] = sandbox; pod.spec.nodeSelector[kind] = other",
    ],
  ])("refuses %o", async (spec, why) => {
    await expect(make(spec)).rejects.toThrow(`pods "p" is forbidden: ${why}`);
  });
});

describe("PersistentVolumeClaimResize", () => {
  const claim = (storage: string, phase = "Bound", storageClassName = "sc") => ({
    ...meta("c", "ns"),
    spec: { storageClassName, resources: { requests: { storage } } },
    status: { phase },
  });
  const resize = (allowVolumeExpansion: boolean, phase = "Bound") => {
    const storageclasses = [{ ...meta("sc"), allowVolumeExpansion }];
    const asked = request("persistentvolumeclaims", {
      operation: "UPDATE",
      object: claim("2Gi"),
      oldObject: claim("1Gi", phase),
    });
    return admit(createPersistentVolumeClaimResize(cluster({ storageclasses }).components), asked);
  };

  it("asks the class", async () => {
    await resize(true);
    await expect(resize(false)).rejects.toThrow("only dynamically provisioned pvc can be resized");
    await expect(resize(true, "Pending")).rejects.toThrow("Only bound persistent volume claims can be expanded");
  });
});

describe("RBACEscalation", () => {
  const asked: string[] = [];
  const plugin = createRbacEscalation({
    escalationCheck: {
      checkRole: async ({ name }, rules) => void asked.push(`${name}: ${rules.length} rules`),
      checkBinding: async ({ name }, { name: role }) => void asked.push(`${name}: ${role}`),
    },
  });
  const group = "rbac.authorization.k8s.io";

  it("checks roles and bindings, but neither unchanged grants nor the removal of finalizers", async () => {
    const role = { ...meta("r", "ns"), rules: [{ verbs: ["get"] }] };
    const held = { ...role, metadata: { ...role.metadata, finalizers: ["x"] } };
    const binding = { ...meta("b", "ns"), roleRef: { name: "r" }, subjects: [] };
    const labelled = { ...binding, metadata: { ...binding.metadata, labels: { a: "b" } } };
    await admit(plugin, request(`roles.${group}`, { object: role }));
    await admit(plugin, request(`roles.${group}`, { operation: "UPDATE", object: role, oldObject: held }));
    await admit(plugin, request(`roles.${group}`, { operation: "UPDATE", object: role, oldObject: role }));
    await admit(plugin, request(`rolebindings.${group}`, { object: binding }));
    await admit(
      plugin,
      request(`rolebindings.${group}`, { operation: "UPDATE", object: labelled, oldObject: binding }),
    );
    expect(asked).toEqual(["r: 1 rules", "r: 1 rules", "b: r"]);
  });
});
