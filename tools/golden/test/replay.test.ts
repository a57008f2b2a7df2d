import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ApiHandler } from "@pinnace/apimachinery";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCases } from "../src/cases.ts";
import { type Ground, prepareGround } from "../src/pinnace.ts";
import { planSuites } from "../src/plan.ts";
import { replayAlone, replaySuite } from "../src/replay-suites.ts";
import type { Failure } from "../src/runner.ts";

const golden = join(import.meta.dirname, "../../../../shared/golden");

const wrongStatus =
  (handler: ApiHandler): ApiHandler =>
  async (request) => {
    const response = await handler(request);
    return response.status === 201 ? { ...response, status: 200 } : response;
  };

// The recorded cases are not part of the repository.
describe.skipIf(!existsSync(golden))("a replay", () => {
  let folder = "";
  let ground: Ground;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "golden-test-"));
    ground = await prepareGround(folder, join(golden, "tokens.csv"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function replayed(wrap?: (handler: ApiHandler) => ApiHandler): Promise<readonly Failure[]> {
    const only = /^rest\/create\/create-answers-201-with-the-object$/;
    const [suite] = planSuites(readCases(join(golden, "cases"), { only, kubectl: false }).files);
    const settings = { runner: join(golden, "run.mjs"), show: 3, ground };
    return replaySuite(suite!, wrap === undefined ? settings : { ...settings, wrap });
  }

  it("finds no difference where there is none", async () => {
    expect(await replayed()).toEqual([]);
  });

  it("finds no difference in a case by itself", async () => {
    const { files } = readCases(join(golden, "cases"), {
      only: /^scheduler\/binding\/bind-sets-node-name-and-scheduled-condition$|^rest\/create\/create-answers-201-with-the-object$/,
      kubectl: false,
    });
    expect(await replayAlone(files, { runner: join(golden, "run.mjs"), show: 3, ground })).toEqual([]);
  });

  it("ends at once when it is interrupted", async () => {
    const { files } = readCases(join(golden, "cases"), { only: /^rest\/watch\//, kubectl: false });
    const controller = new AbortController();
    const settings = { runner: join(golden, "run.mjs"), show: 3, ground, signal: controller.signal };
    const replaying = replaySuite(planSuites(files)[0]!, settings);
    controller.abort();
    await expect(replaying).rejects.toThrow("aborted");
  });

  it("catches a wrong status code", async () => {
    const [failure] = await replayed(wrongStatus);
    expect(failure).toMatchObject({ file: "rest/create" });
    expect(failure?.details.join("\n")).toContain(".status: want 201 got 200");
  });
});
