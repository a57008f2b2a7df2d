import { JOBS, type Job, PODS, type Pod } from "@pinnace/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { jobController } from "../src/job/index.ts";
import { formatIndexes, parseIndexes } from "../src/job/indexes.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

let plane: ControlPlane;

beforeEach(async () => {
  plane = await startControlPlane([jobController], { pods: "pending" });
});
afterEach(() => plane.stop());

async function start(spec: object = {}, podSpec: object = {}): Promise<void> {
  const template = { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "img:1" }], ...podSpec } };
  await plane.create(JOBS, { metadata: { name: "job" }, spec: { template, ...spec } as never });
  await plane.clock.advance(100);
}

async function pods(): Promise<readonly Pod[]> {
  const all = await plane.list(PODS);
  return [...all].sort((a, b) => ((a.metadata?.generateName ?? "") < (b.metadata?.generateName ?? "") ? -1 : 1));
}

const active = async (): Promise<readonly Pod[]> =>
  (await pods()).filter(({ status }) => status?.phase !== "Succeeded" && status?.phase !== "Failed");

async function finish(
  pod: Pod | undefined,
  phase: "Succeeded" | "Failed",
  exitCode = 1,
  more: object = {},
): Promise<void> {
  const terminated = {
    exitCode: phase === "Failed" ? exitCode : 0,
    finishedAt: new Date(plane.clock.now()).toISOString(),
  };
  const containerStatuses = [
    { name: "c", image: "i", imageID: "", ready: false, restartCount: 0, state: { terminated } },
  ];
  await plane.client
    .resource(PODS)
    .namespace("default")
    .patch(
      pod?.metadata?.name ?? "",
      { type: "merge", body: { status: { phase, containerStatuses, ...more } } },
      { subresource: "status" },
    );
  await plane.clock.advance(100);
}

const status = async (): Promise<NonNullable<Job["status"]>> => (await plane.get(JOBS, "job")).status ?? {};
const conditions = async (): Promise<readonly string[]> =>
  ((await status()).conditions ?? []).map(({ type, status: value, reason }) => `${type}=${value} ${reason}`);

describe("a Job", () => {
  it("runs a tracked pod to completion", async () => {
    await start();
    const [pod] = await pods();
    expect(pod?.metadata?.finalizers).toEqual(["batch.kubernetes.io/job-tracking"]);
    expect(await status()).toMatchObject({ active: 1, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
    await finish(pod, "Succeeded");
    const after = await status();
    expect(after).toMatchObject({ succeeded: 1, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
    expect(after.active).toBeUndefined();
    expect(after.completionTime).toBeDefined();
    expect(await conditions()).toEqual([
      "SuccessCriteriaMet=True CompletionsReached",
      "Complete=True CompletionsReached",
    ]);
    expect((await pods())[0]?.metadata?.finalizers ?? []).toEqual([]);
    expect(await plane.events("Job")).toEqual([
      `SuccessfulCreate: Created pod: ${pod?.metadata?.name}`,
      "Completed: Job completed",
    ]);
  });

  it("keeps no more pods active than completions are left", async () => {
    await start({ completions: 3, parallelism: 2 });
    expect(await active()).toHaveLength(2);
    await finish((await active())[0], "Succeeded");
    expect(await active()).toHaveLength(2);
    await finish((await active())[0], "Succeeded");
    expect(await active()).toHaveLength(1);
    await finish((await active())[0], "Succeeded");
    expect((await status()).succeeded).toBe(3);
    expect(await conditions()).toContain("Complete=True CompletionsReached");
  });

  it("without completions starts no pod after the first success", async () => {
    await start({ parallelism: 2 });
    await finish((await active())[0], "Succeeded");
    expect(await active()).toHaveLength(1);
    expect(await conditions()).toEqual([]);
    await finish((await active())[0], "Succeeded");
    expect((await status()).succeeded).toBe(2);
    expect(await conditions()).toContain("Complete=True CompletionsReached");
  });

  it("tries again after ten seconds, then twenty", async () => {
    await start();
    await finish((await active())[0], "Failed");
    await plane.clock.advance(9500);
    expect(await active()).toHaveLength(0);
    await plane.clock.advance(600);
    expect(await active()).toHaveLength(1);
    await finish((await active())[0], "Failed");
    await plane.clock.advance(19_000);
    expect(await active()).toHaveLength(0);
    await plane.clock.advance(2000);
    expect(await active()).toHaveLength(1);
    expect((await status()).failed).toBe(2);
  });

  it("fails beyond its backoff limit, and takes the other pods down", async () => {
    await start({ backoffLimit: 0, completions: 2, parallelism: 2 });
    await finish((await active())[0], "Failed");
    await plane.clock.advance(1000);
    expect(await conditions()).toEqual(["FailureTarget=True BackoffLimitExceeded", "Failed=True BackoffLimitExceeded"]);
    expect((await status()).failed).toBe(2);
    expect(await plane.events("Job")).toContain("BackoffLimitExceeded: Job has reached the specified backoff limit");
  });

  it("fails when its deadline passes", async () => {
    await start({ activeDeadlineSeconds: 10 });
    await plane.clock.advance(11_000);
    expect(await conditions()).toContain("Failed=True DeadlineExceeded");
  });

  it("counts restarts in place", async () => {
    await start({ backoffLimit: 2 }, { restartPolicy: "OnFailure" });
    const containerStatuses = [
      { name: "c", image: "i", imageID: "", ready: false, restartCount: 2, state: { running: {} } },
    ];
    await plane.client
      .resource(PODS)
      .namespace("default")
      .patch(
        (await pods())[0]?.metadata?.name ?? "",
        { type: "merge", body: { status: { phase: "Running", containerStatuses } } },
        { subresource: "status" },
      );
    await plane.clock.advance(1000);
    expect(await conditions()).toContain("Failed=True BackoffLimitExceeded");
  });

  it.each([
    ["FailJob", { onExitCodes: { operator: "In", values: [1] } }, "Failed=True PodFailurePolicy"],
    ["Count", { onExitCodes: { operator: "In", values: [1] } }, "Failed=True BackoffLimitExceeded"],
    ["FailJob", { onExitCodes: { operator: "NotIn", values: [1] } }, "Failed=True BackoffLimitExceeded"],
  ])("follows its failure policy (%s %o)", async (action, rule, condition) => {
    await start({ backoffLimit: 0, podFailurePolicy: { rules: [{ action, ...rule }] } });
    await finish((await active())[0], "Failed");
    expect(await conditions()).toContain(condition);
  });

  it("does not count failures that its policy ignores", async () => {
    const onPodConditions = [{ type: "DisruptionTarget", status: "True" }];
    await start({ backoffLimit: 0, podFailurePolicy: { rules: [{ action: "Ignore", onPodConditions }] } });
    await finish((await active())[0], "Failed", 1, { conditions: onPodConditions });
    await plane.clock.advance(20_000);
    expect((await status()).failed).toBeUndefined();
    expect(await active()).toHaveLength(1);
  });

  it("is suspended and resumed", async () => {
    await start({ suspend: true });
    expect(await pods()).toEqual([]);
    expect(await conditions()).toEqual(["Suspended=True JobSuspended"]);
    expect((await status()).startTime).toBeUndefined();
    await plane.mergePatch(JOBS, "job", { spec: { suspend: false } });
    await plane.clock.advance(100);
    expect(await active()).toHaveLength(1);
    expect(await conditions()).toEqual(["Suspended=False JobResumed"]);
    expect((await status()).startTime).toBeDefined();
  });

  it("is left alone when another controller manages it", async () => {
    await start({ managedBy: "example.com/other" });
    expect(await pods()).toEqual([]);
  });
});

describe("an Indexed Job", () => {
  it("gives each pod its index", async () => {
    await start({ completions: 2, parallelism: 2, completionMode: "Indexed" });
    const [first, second] = await pods();
    expect([first?.spec?.hostname, second?.spec?.hostname]).toEqual(["job-0", "job-1"]);
    expect(second?.metadata?.labels).toMatchObject({ "batch.kubernetes.io/job-completion-index": "1" });
    expect(second?.spec?.containers[0]?.env?.[0]?.name).toBe("JOB_COMPLETION_INDEX");
    await finish(second, "Succeeded");
    expect(await status()).toMatchObject({ completedIndexes: "1", succeeded: 1, active: 1 });
  });

  it("fails index by index", async () => {
    await start({ completions: 2, parallelism: 2, completionMode: "Indexed", backoffLimitPerIndex: 0 });
    const [first, second] = await pods();
    await finish(first, "Failed");
    expect(await status()).toMatchObject({ failedIndexes: "0", failed: 1, active: 1 });
    expect(await conditions()).toEqual([]);
    await finish(second, "Succeeded");
    expect(await conditions()).toEqual(["FailureTarget=True FailedIndexes", "Failed=True FailedIndexes"]);
  });
});

describe("index lists", () => {
  it.each([
    [[], ""],
    [[0], "0"],
    [[0, 1], "0,1"],
    [[3, 0, 1, 2], "0-3"],
    [[0, 2, 3, 4, 7, 8], "0,2-4,7,8"],
  ])("writes %o as %j", (indexes, text) => {
    expect(formatIndexes(indexes)).toBe(text);
    expect([...parseIndexes(text, 100)]).toEqual([...indexes].sort((a, b) => a - b));
  });

  it("reads nothing beyond the completions", () => {
    expect([...parseIndexes("0-9", 3)]).toEqual([0, 1, 2]);
  });
});
