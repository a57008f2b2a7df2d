import type { ContainerStatus as ApiStatus, Container, Pod } from "@pinnace/api";
import type { ContainerStatus, PodSandboxStatus } from "@pinnace/cri";
import { describe, expect, test } from "vitest";
import type { NodeDescription } from "../src/contract.ts";
import { BackOff } from "../src/pods/back-off.ts";
import { durationText } from "../src/pods/duration-text.ts";
import { computePodActions, type ProbeVerdicts } from "../src/pods/pod-actions.ts";
import { admitPod } from "../src/pods/pod-admission.ts";
import { restartAllowed } from "../src/pods/restart-policy.ts";
import { containerAnnotations, containerLabels } from "../src/pods/runtime-labels.ts";
import { asksForWork } from "../src/pods/worker-facts.ts";
import { podConditions } from "../src/status/conditions.ts";
import { podPhase } from "../src/status/phase.ts";

const healthy: ProbeVerdicts = { failed: () => undefined, started: () => true };

function podOf(spec: Partial<NonNullable<Pod["spec"]>> = {}, rest: Partial<Pod> = {}): Pod {
  return {
    metadata: { name: "p", namespace: "n", uid: "u" },
    spec: {
      containers: [
        { name: "a", image: "i" },
        { name: "b", image: "i" },
      ],
      restartPolicy: "Always",
      ...spec,
    },
    ...rest,
  };
}

const sandbox = (changes: Partial<PodSandboxStatus> = {}): PodSandboxStatus => ({
  ...{ id: "s", name: "p", namespace: "n", uid: "u", attempt: 0, state: "READY", createdAt: 1 },
  ...{ labels: {}, annotations: {}, ips: ["10.0.0.1"] },
  ...changes,
});

function instance(pod: Pod, container: Container, changes: Partial<ContainerStatus> = {}): ContainerStatus {
  return {
    ...{ id: `${container.name}-0`, podSandboxId: "s", name: container.name, attempt: 0, image: "i", imageRef: "i" },
    ...{
      state: "RUNNING",
      createdAt: 2,
      startedAt: 2,
      finishedAt: 0,
      exitCode: 0,
      reason: "",
      message: "",
      logPath: "",
    },
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(pod, container, 0),
    ...changes,
  };
}

describe("what is to be done", () => {
  const a: Container = { name: "a", image: "i" };
  const b: Container = { name: "b", image: "i" };
  const init: Container = { name: "init", image: "i" };
  const side: Container = { name: "side", image: "i", restartPolicy: "Always" };
  const exited = { state: "EXITED", exitCode: 1 } as const;
  const decide = (pod: Pod, sandboxes: PodSandboxStatus[], containers: ContainerStatus[], probes = healthy) => {
    const { killPod, sandboxAttempt, kills, starts } = computePodActions(pod, { sandboxes, containers }, probes);
    return {
      killPod,
      sandboxAttempt,
      kills: kills.map(({ message }) => message),
      starts: starts.map(({ name }) => name),
    };
  };
  const nothing = { killPod: false, sandboxAttempt: undefined, kills: [], starts: [] };

  test("a new pod gets a sandbox and its containers", () => {
    expect(decide(podOf(), [], [])).toEqual({ ...nothing, killPod: true, sandboxAttempt: 0, starts: ["a", "b"] });
    expect(decide(podOf({ initContainers: [init] }), [], [])).toMatchObject({ sandboxAttempt: 0, starts: ["init"] });
  });

  test.each([
    ["is not ready", [sandbox({ state: "NOTREADY" })]],
    ["has no address", [sandbox({ ips: [] })]],
    ["is not alone", [sandbox(), sandbox({ id: "t" })]],
  ])("a sandbox that %s is made anew", (_, sandboxes) => {
    expect(decide(podOf(), sandboxes, [])).toMatchObject({ killPod: true, sandboxAttempt: 1 });
  });

  test("nothing when everything runs", () => {
    const pod = podOf();
    expect(decide(pod, [sandbox()], [instance(pod, a), instance(pod, b)])).toEqual(nothing);
  });

  test("an ended container is started again as its policy says", () => {
    for (const [restartPolicy, starts] of [
      ["Always", ["b"]],
      ["OnFailure", ["b"]],
      ["Never", []],
    ] as const) {
      const pod = podOf({ restartPolicy });
      expect(decide(pod, [sandbox()], [instance(pod, a), instance(pod, b, exited)])).toEqual({ ...nothing, starts });
    }
  });

  test("a pod whose containers have all ended is finished", () => {
    const pod = podOf({ restartPolicy: "Never" });
    expect(decide(pod, [sandbox()], [instance(pod, a, exited), instance(pod, b, exited)])).toEqual({
      ...nothing,
      killPod: true,
    });
  });

  test("a failed probe and a changed image restart a container", () => {
    const pod = podOf();
    const failing: ProbeVerdicts = { failed: (id) => (id === "a-0" ? "liveness" : undefined), started: () => true };
    expect(decide(pod, [sandbox()], [instance(pod, a), instance(pod, b)], failing)).toEqual({
      ...nothing,
      kills: ["Container a failed liveness probe, will be restarted"],
      starts: ["a"],
    });
    const changed = podOf({ containers: [{ ...a, image: "other" }, b] });
    expect(decide(changed, [sandbox()], [instance(pod, a), instance(pod, b)])).toMatchObject({
      kills: ["Container a definition changed, will be restarted"],
    });
  });

  test("init containers come one by one, sidecars when they have started", () => {
    const pod = podOf({ initContainers: [init, side] });
    const done = instance(pod, init, { state: "EXITED" });
    expect(decide(pod, [sandbox()], [])).toMatchObject({ starts: ["init"] });
    expect(decide(pod, [sandbox()], [instance(pod, init)])).toEqual(nothing);
    expect(decide(pod, [sandbox()], [instance(pod, init, exited)])).toMatchObject({ starts: ["init"] });
    expect(decide(pod, [sandbox()], [done])).toMatchObject({ starts: ["side"] });
    const starting: ProbeVerdicts = { failed: () => undefined, started: () => false };
    expect(decide(pod, [sandbox()], [done, instance(pod, side)], starting)).toEqual(nothing);
    expect(decide(pod, [sandbox()], [done, instance(pod, side)])).toMatchObject({ starts: ["a", "b"] });
  });

  test("an init container that fails for good starts nothing", () => {
    const pod = podOf({ initContainers: [init], restartPolicy: "Never" });
    expect(decide(pod, [sandbox()], [instance(pod, init, exited)])).toEqual(nothing);
  });
});

describe("restarts", () => {
  const ended = (exitCode: number) => ({ state: "EXITED", exitCode }) as const;
  const rule = (operator: string, values: number[]) => [{ action: "Restart", exitCodes: { operator, values } }];
  test.each([
    ["Always", {}, 0, true],
    ["OnFailure", {}, 0, false],
    ["OnFailure", {}, 1, true],
    ["Never", {}, 1, false],
    ["Never", { restartPolicy: "OnFailure" }, 1, true],
    ["Always", { restartPolicy: "Never" }, 1, false],
    ["Never", { restartPolicy: "Never", restartPolicyRules: rule("In", [42]) }, 42, true],
    ["Never", { restartPolicy: "Never", restartPolicyRules: rule("NotIn", [42]) }, 42, false],
  ])("%s, %j, exit %d: %s", (restartPolicy, changes, exitCode, allowed) => {
    const container = { name: "a", ...changes };
    expect(restartAllowed(podOf({ restartPolicy, containers: [container] }), container, ended(exitCode))).toBe(allowed);
  });
});

test("back-off doubles, is bounded, and is forgotten after twice its maximum", () => {
  let now = 0;
  const backOff = new BackOff({ initial: 10, max: 40, now: () => now });
  const delays: number[] = [];
  for (let i = 0; i < 4; i++) {
    backOff.next("k", now);
    delays.push(backOff.delay("k"));
  }
  expect(delays).toEqual([10, 20, 40, 40]);
  now = 5;
  expect([backOff.remaining("k", 5), backOff.remaining("other", 5), backOff.remainingSinceUpdate("k")]).toEqual([
    40, 0, 35,
  ]);
  expect(backOff.remaining("k", 81)).toBe(0);
  backOff.next("k", 200);
  expect(backOff.delay("k")).toBe(10);
});

test.each([
  [0, "0s"],
  [250, "250ms"],
  [10_000, "10s"],
  [160_000, "2m40s"],
  [300_000, "5m0s"],
  [1_500, "1.5s"],
  [3_661_000, "1h1m1s"],
])("%d ms are %s", (milliseconds, text) => expect(durationText(milliseconds)).toBe(text));

describe("admission", () => {
  const node = { capacity: { cpu: "2", memory: "4Gi", pods: "2" } } as unknown as NodeDescription;
  const using = (uid: string, requests: Record<string, string>, more: Partial<Container> = {}): Pod =>
    podOf({ containers: [{ name: "a", resources: { requests }, ...more }] }, { metadata: { uid } });
  const port = (hostPort: number, hostIP?: string) => ({
    ports: [{ containerPort: 1, hostPort, ...(hostIP ? { hostIP } : {}) }],
  });
  test.each([
    ["fits", using("1", { cpu: "1" }), [using("2", { cpu: "1" })], undefined],
    ["CPU", using("1", { cpu: "1500m" }), [using("2", { cpu: "1" })], "OutOfcpu"],
    ["memory", using("1", { memory: "5Gi" }), [], "OutOfmemory"],
    ["pods", using("1", {}), [using("2", {}), using("3", {})], "OutOfpods"],
    [
      "an ended pod takes nothing",
      using("1", {}),
      [using("2", {}), { ...using("3", {}), status: { phase: "Failed" } }],
      undefined,
    ],
    ["a port", using("1", {}, port(80)), [using("2", {}, port(80, "10.0.0.1"))], "NodePorts"],
    ["ports of two addresses", using("1", {}, port(80, "10.0.0.2")), [using("2", {}, port(80, "10.0.0.1"))], undefined],
  ])("%s", (_, pod, others, reason) => {
    expect(admitPod(pod, others, node)?.reason).toBe(reason);
  });
});

const running = (name: string, changes: Partial<ApiStatus> = {}): ApiStatus => ({
  ...{ name, image: "i", imageID: "", restartCount: 0, ready: true, started: true, state: { running: {} } },
  ...changes,
});
const terminated = (name: string, exitCode: number): ApiStatus =>
  running(name, { ready: false, started: false, state: { terminated: { exitCode } } });
const waiting = (name: string, before?: number): ApiStatus =>
  running(name, {
    ready: false,
    state: { waiting: {} },
    ...(before === undefined ? {} : { lastState: { terminated: { exitCode: before } } }),
  });

describe("the phase", () => {
  test.each([
    ["Always", [running("a"), running("b")], false, "Running"],
    ["Always", [running("a"), waiting("b")], false, "Pending"],
    ["Always", [running("a"), waiting("b", 1)], false, "Running"],
    ["Always", [terminated("a", 0), terminated("b", 0)], false, "Running"],
    ["OnFailure", [terminated("a", 0), terminated("b", 1)], false, "Running"],
    ["OnFailure", [terminated("a", 0), terminated("b", 0)], false, "Succeeded"],
    ["Never", [terminated("a", 0), terminated("b", 1)], false, "Failed"],
    ["Never", [terminated("a", 0), running("b")], false, "Running"],
    ["Always", [terminated("a", 0), terminated("b", 137)], true, "Failed"],
    ["Always", [terminated("a", 0), terminated("b", 0)], true, "Succeeded"],
    ["Always", [], false, "Pending"],
  ] as const)("%s %#", (restartPolicy, statuses, terminal, phase) => {
    expect(podPhase(podOf({ restartPolicy }), [], statuses, terminal)).toBe(phase);
  });

  test("waits for init containers and fails with them", () => {
    const pod = (restartPolicy: string) => podOf({ restartPolicy, initContainers: [{ name: "i" }] });
    const none = [waiting("a"), waiting("b")];
    expect(podPhase(pod("Always"), [running("i")], none, false)).toBe("Pending");
    expect(podPhase(pod("Never"), [terminated("i", 1)], none, false)).toBe("Failed");
    expect(podPhase(pod("Always"), [terminated("i", 1)], none, false)).toBe("Pending");
    expect(podPhase(pod("Always"), [terminated("i", 0)], [running("a"), running("b")], false)).toBe("Running");
  });
});

describe("conditions", () => {
  const conditions = (pod: Pod, phase: string, statuses: ApiStatus[], initStatuses: ApiStatus[] = []) =>
    Object.fromEntries(
      podConditions({ pod, phase, initStatuses, statuses, sandboxReady: true }).map(
        ({ type, status, reason, message }) => [
          type,
          [status, reason, message].filter((part) => part !== undefined).join(" | "),
        ],
      ),
    );

  test("name the containers that are not ready", () => {
    const pod = podOf({ initContainers: [{ name: "i" }] });
    expect(conditions(pod, "Pending", [waiting("a"), waiting("b")], [running("i", { ready: false })])).toEqual({
      PodReadyToStartContainers: "True",
      Initialized: "False | ContainersNotInitialized | containers with incomplete status: [i]",
      Ready: "False | ContainersNotReady | containers with unready status: [a b]",
      ContainersReady: "False | ContainersNotReady | containers with unready status: [a b]",
    });
  });

  test("of finished pods say how they ended", () => {
    const ended = [terminated("a", 0), terminated("b", 0)];
    expect(conditions(podOf(), "Succeeded", ended)).toMatchObject({
      Initialized: "True | PodCompleted",
      Ready: "False | PodCompleted",
      ContainersReady: "False | PodCompleted",
    });
    expect(conditions(podOf(), "Failed", ended)).toMatchObject({
      Ready: "False | PodFailed",
      ContainersReady: "False | PodFailed",
    });
  });

  test("readiness gates hold a pod back", () => {
    const pod = podOf({ readinessGates: [{ conditionType: "x/y" }] });
    const ready = [running("a"), running("b")];
    expect(conditions(pod, "Running", ready)).toMatchObject({
      Ready: 'False | ReadinessGatesNotReady | corresponding condition of pod readiness gate "x/y" does not exist.',
      ContainersReady: "True",
    });
    const gated = { ...pod, status: { conditions: [{ type: "x/y", status: "True" }] } };
    expect(conditions(gated, "Running", ready)).toMatchObject({ Ready: "True" });
  });
});

test("a pod that carries back its own status asks for nothing", () => {
  const old = podOf({}, { metadata: { uid: "u", generation: 1, labels: { a: "b" } } });
  const ask = (metadata: Pod["metadata"], rest: Partial<Pod> = {}) =>
    asksForWork(old, { ...old, ...rest, metadata: { ...old.metadata, ...metadata } });
  expect([
    ask({ resourceVersion: "2" }, { status: { phase: "Running" } }),
    ask({ generation: 2 }),
    ask({ labels: { a: "c" } }),
    ask({ deletionTimestamp: "now" }),
    ask({}, { status: { phase: "Failed" } }),
  ]).toEqual([false, true, true, true, true]);
});
