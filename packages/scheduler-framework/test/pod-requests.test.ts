import { describe, expect, it } from "vitest";
import { testPod } from "../src/compliance/index.ts";
import { createPodInfo, podRequests, podRequestsOrDefaults, podVolumeClaims } from "../src/index.ts";

const asks = (cpu: string, memory?: string, more: object = {}): object => ({
  name: "c",
  resources: { requests: { cpu, ...(memory === undefined ? {} : { memory }) } },
  ...more,
});
const sidecar = { restartPolicy: "Always" };

describe("podRequests", () => {
  it.each([
    { what: "nothing", spec: { containers: [{ name: "c" }] }, cpu: 0 },
    { what: "containers together", spec: { containers: [asks("1"), asks("500m")] }, cpu: 1_500 },
    {
      what: "an init container that asks for more",
      spec: { initContainers: [asks("3")], containers: [asks("1")] },
      cpu: 3_000,
    },
    {
      what: "an init container that asks for less",
      spec: { initContainers: [asks("1")], containers: [asks("2")] },
      cpu: 2_000,
    },
    {
      what: "sidecars beside containers",
      spec: { initContainers: [asks("1", undefined, sidecar)], containers: [asks("2")] },
      cpu: 3_000,
    },
    {
      what: "an init container with the sidecars before it",
      spec: { initContainers: [asks("1", undefined, sidecar), asks("4")], containers: [asks("2")] },
      cpu: 5_000,
    },
    {
      what: "an init container without the sidecars after it",
      spec: { initContainers: [asks("4"), asks("1", undefined, sidecar)], containers: [asks("2")] },
      cpu: 4_000,
    },
    { what: "overhead", spec: { containers: [asks("1")], overhead: { cpu: "250m" } }, cpu: 1_250 },
    {
      what: "the pod's own request instead of its containers'",
      spec: { containers: [asks("1")], resources: { requests: { cpu: "2" } }, overhead: { cpu: "1" } },
      cpu: 3_000,
    },
  ])("counts $what", ({ spec, cpu }) => expect(podRequests(testPod("a", spec)).milliCpu).toBe(cpu));

  it("counts extended resources and huge pages in units", () => {
    const container = { name: "c", resources: { requests: { "example.com/gpu": "2", "hugepages-2Mi": "4Mi" } } };
    expect([...podRequests(testPod("a", { containers: [container, container] })).scalar]).toEqual([
      ["example.com/gpu", 4],
      ["hugepages-2Mi", 8 * 1024 * 1024],
    ]);
  });

  it.each([
    { what: "the larger while it shrinks", spec: "1", held: "2", conditions: [], cpu: 2_000 },
    { what: "the larger while it grows", spec: "3", held: "2", conditions: [], cpu: 3_000 },
    {
      what: "what it has when it cannot grow",
      spec: "3",
      held: "2",
      conditions: [{ type: "PodResizePending", reason: "Infeasible" }],
      cpu: 2_000,
    },
  ])("of a pod that is resized counts $what", ({ spec, held, conditions, cpu }) => {
    const status = { conditions, containerStatuses: [{ name: "c", allocatedResources: { cpu: held } }] };
    const pod = { ...testPod("a", { containers: [asks(spec)] }), status } as never;
    expect(podRequests(pod).milliCpu).toBe(cpu);
  });
});

describe("podRequestsOrDefaults", () => {
  it.each([
    { what: "no requests", containers: [{ name: "c" }], cpu: 100, memory: 200 },
    { what: "CPU only", containers: [asks("2")], cpu: 2_000, memory: 200 },
    { what: "a request of zero", containers: [asks("0", "0")], cpu: 0, memory: 0 },
    { what: "two containers", containers: [{ name: "c" }, asks("1", "1Mi")], cpu: 1_100, memory: 201 },
  ])("with $what", ({ containers, cpu, memory }) => {
    const amounts = podRequestsOrDefaults(testPod("a", { containers }));
    expect([amounts.milliCpu, amounts.memory / 1024 / 1024]).toEqual([cpu, memory]);
  });
});

describe("createPodInfo", () => {
  it("collects the host ports of containers and sidecars", () => {
    const ports = [{ containerPort: 1, hostPort: 80 }, { containerPort: 2 }];
    const other = [{ containerPort: 3, hostPort: 53, protocol: "UDP", hostIP: "10.0.0.1" }];
    const spec = {
      containers: [{ name: "c", ports }],
      initContainers: [
        { name: "s", ports: other, restartPolicy: "Always" },
        { name: "i", ports: [{ containerPort: 4, hostPort: 81 }] },
      ],
    };
    expect(createPodInfo(testPod("a", spec)).hostPorts).toEqual([
      { port: 80, ip: "0.0.0.0", protocol: "TCP" },
      { port: 53, ip: "10.0.0.1", protocol: "UDP" },
    ]);
  });
});

describe("podVolumeClaims", () => {
  it("names claims and those made for the pod", () => {
    const volumes = [
      { name: "x", emptyDir: {} },
      { name: "data", persistentVolumeClaim: { claimName: "claim" } },
      { name: "scratch", ephemeral: {} },
    ];
    expect(podVolumeClaims(testPod("a", { volumes }))).toEqual([
      { name: "claim", ephemeral: false },
      { name: "a-scratch", ephemeral: true },
    ]);
    expect(podVolumeClaims(testPod("b"))).toEqual([]);
  });
});
