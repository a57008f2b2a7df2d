import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startCluster } from "../src/cluster.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pinnace-cluster-test-"));
  vi.stubEnv("TMPDIR", folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it("a cluster that does not start says why in one line and leaves nothing", async () => {
  const failure = {
    code: "CLUSTER_FAILED",
    message: expect.stringMatching(/^the cluster does not start: .*--nodes.*$/),
  };
  await expect(startCluster({ args: ["--nodes", "many"] })).rejects.toMatchObject(failure);
  expect(existsSync(folder) && readdirSync(folder).filter((name) => name.startsWith("pinnace-e2e-"))).toEqual([]);
});
