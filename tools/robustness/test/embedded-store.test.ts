import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CASES } from "../src/cases.ts";
import { startLogSubject } from "../src/log-subject.ts";
import { run } from "../src/run.ts";

const ROUNDS = 2;

describe("the embedded store, killed and paused under traffic", () => {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "robustness-test-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it.each(CASES.map((each) => [each.name, each] as const))("%s", { timeout: 120_000 }, async (_, each) => {
    const subject = await startLogSubject({ directory, ...each });
    try {
      const { violations, disturbances, history } = await run(subject, { seed: 11, rounds: ROUNDS, ...each });
      expect(violations).toEqual([]);
      expect([...disturbances.values()].reduce((sum, count) => sum + count, 0)).toBe(ROUNDS);
      expect(history.calls.length).toBeGreaterThan(20);
    } finally {
      await subject.stop();
    }
  });
});
