import { CRON_JOBS, type CronJob, JOBS, type Job, PODS } from "@pinnace/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cronJobController } from "../src/cronjob/index.ts";
import { dueTime, parseSchedule } from "../src/cronjob/schedule.ts";
import { jobController } from "../src/job/index.ts";
import { ttlAfterFinishedController } from "../src/ttlafterfinished/index.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const podSpec = { restartPolicy: "Never", containers: [{ name: "c", image: "img:1" }] };

function cronJob(spec: object, more: Partial<CronJob> = {}): CronJob {
  const jobTemplate = { metadata: { labels: { from: "cron" } }, spec: { template: { spec: podSpec } } };
  return { metadata: { name: "cron" }, spec: { schedule: "* * * * *", jobTemplate, ...spec } as never, ...more };
}

describe("the CronJob controller", () => {
  let plane: ControlPlane;

  beforeEach(async () => {
    plane = await startControlPlane([cronJobController, jobController], { pods: "pending" });
  });
  afterEach(() => plane.stop());

  const jobs = async (): Promise<readonly Job[]> => plane.list(JOBS);

  async function finishPods(phase: "Succeeded" | "Failed"): Promise<void> {
    for (const { metadata, status } of await plane.list(PODS)) {
      if (status?.phase === "Succeeded" || status?.phase === "Failed") continue;
      await plane.client
        .resource(PODS)
        .namespace("default")
        .patch(metadata?.name ?? "", { type: "merge", body: { status: { phase } } }, { subresource: "status" });
    }
    await plane.clock.advance(100);
  }

  it("starts a Job each time it is due", async () => {
    await plane.create(CRON_JOBS, cronJob({}));
    await plane.clock.advance(MINUTE);
    const [job] = await jobs();
    expect(job?.metadata?.name).toBe(`cron-${Math.floor(plane.clock.now() / MINUTE)}`);
    expect(job?.metadata?.labels).toMatchObject({ from: "cron" });
    expect(job?.metadata?.annotations).toEqual({
      "batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-01-01T00:01:00Z",
    });
    expect(job?.metadata?.ownerReferences?.[0]).toMatchObject({ kind: "CronJob", name: "cron", controller: true });
    const { status } = await plane.get(CRON_JOBS, "cron");
    expect(status?.lastScheduleTime).toBe("2026-01-01T00:01:00Z");
    expect(status?.active?.map(({ name }) => name)).toEqual([job?.metadata?.name]);
    expect(await plane.events("CronJob")).toEqual([`SuccessfulCreate: Created job ${job?.metadata?.name}`]);
  });

  it("keeps as much history as it is told", async () => {
    await plane.create(CRON_JOBS, cronJob({ successfulJobsHistoryLimit: 2 }));
    for (let run = 0; run < 5; run++) {
      await plane.clock.advance(MINUTE);
      await finishPods("Succeeded");
    }
    expect(await jobs()).toHaveLength(2);
    expect((await plane.get(CRON_JOBS, "cron")).status?.lastSuccessfulTime).toBeDefined();
    expect((await plane.get(CRON_JOBS, "cron")).status?.active).toBeUndefined();
  });

  it.each([
    ["Allow", 3],
    ["Forbid", 1],
    ["Replace", 1],
  ])("lets Jobs overlap as told (%s)", async (concurrencyPolicy, count) => {
    await plane.create(CRON_JOBS, cronJob({ concurrencyPolicy }));
    await plane.clock.advance(3 * MINUTE + 5000);
    const left = (await jobs()).filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
    expect(left).toHaveLength(count);
  });

  it("does nothing while suspended", async () => {
    await plane.create(CRON_JOBS, cronJob({ suspend: true }));
    await plane.clock.advance(5 * MINUTE);
    expect(await jobs()).toEqual([]);
    expect((await plane.get(CRON_JOBS, "cron")).status ?? {}).toEqual({});
  });

  it("reports Jobs that it did not start", async () => {
    const { metadata } = await plane.create(CRON_JOBS, cronJob({ suspend: true }));
    const owner = { apiVersion: "batch/v1", kind: "CronJob", name: "cron", uid: metadata?.uid ?? "", controller: true };
    await plane.create(JOBS, {
      metadata: { name: "j", ownerReferences: [owner] },
      spec: { template: { spec: podSpec } } as never,
    });
    expect(await plane.events("CronJob")).toContain(
      "UnexpectedJob: Saw a job that the controller did not create or forgot: j",
    );
  });
});

describe("a schedule", () => {
  const start = Date.UTC(2026, 5, 1, 12);

  it.each([
    ["0 6 * * *", undefined, "2026-06-02T06:00:00.000Z"],
    ["0 6 * * *", "Europe/Berlin", "2026-06-02T04:00:00.000Z"],
    ["*/15 * * * *", undefined, "2026-06-01T12:15:00.000Z"],
    ["0 0 1 1 *", undefined, "2027-01-01T00:00:00.000Z"],
    ["@hourly", undefined, "2026-06-01T13:00:00.000Z"],
    ["0 0 13 * 5", undefined, "2026-06-05T00:00:00.000Z"],
  ])("%s in %s", (schedule, timeZone, next) => {
    const spec = timeZone === undefined ? { schedule } : { schedule, timeZone };
    expect(new Date(parseSchedule(cronJob(spec)).next(start) ?? 0).toISOString()).toBe(next);
  });

  it.each([
    ["nothing yet", {}, 30_000, undefined, 0],
    ["one", {}, HOUR, HOUR, 1],
    ["the last of several", {}, 5 * HOUR + 1, 5 * HOUR, 5],
    ["the last of very many", {}, 500 * HOUR + 1, 500 * HOUR, 100],
    ["only within the deadline", { startingDeadlineSeconds: 10 }, 5 * HOUR + 5000, 5 * HOUR, 1],
    ["none beyond the deadline", { startingDeadlineSeconds: 10 }, 5 * HOUR + 11_000, undefined, 0],
  ])("is due: %s", (_, spec, passed, due, missed) => {
    const job = cronJob(
      { schedule: "0 * * * *", ...spec },
      { metadata: { creationTimestamp: new Date(start).toISOString() } },
    );
    const found = dueTime(job, parseSchedule(job), start + passed);
    expect(found).toEqual({ due: due === undefined ? undefined : start + due, missed });
  });
});

describe("the TTL of finished Jobs", () => {
  it("deletes them when it has passed", async () => {
    const plane = await startControlPlane([ttlAfterFinishedController, jobController], { pods: "pending" });
    const spec = { template: { spec: podSpec }, parallelism: 0, completions: 0, ttlSecondsAfterFinished: 30 };
    await plane.create(JOBS, { metadata: { name: "j" }, spec: spec as never });
    await plane.clock.advance(29_000);
    expect(await plane.list(JOBS)).toHaveLength(1);
    await plane.clock.advance(2000);
    const [left] = await plane.list(JOBS);
    expect(left === undefined || left.metadata?.deletionTimestamp !== undefined).toBe(true);
    await plane.stop();
  });
});
