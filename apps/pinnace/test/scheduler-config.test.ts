import { mkdtemp, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@pinnace/logging";
import { definePlugin } from "@pinnace/plugin";
import { expect, it } from "vitest";
import { followSchedulerConfig } from "../src/up/follow-scheduler-config.ts";
import { readSchedulerConfig, schedulerConfig } from "../src/up/scheduler-config.ts";

const candidate = (name: string, type = "pinnace.scheduler.v1", apiRange = "^1.0.0", optional = false) => ({
  source: name,
  definition: definePlugin({ type, name, apiRange, optional, create: () => ({}) }),
});

const HEAD = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n";

async function fileOf(text: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "scheduler-config-")), "config.yaml");
  await writeFile(file, text);
  return file;
}

it("adds what was found besides the defaults and can be used", () => {
  const found = [
    candidate("NodeName"),
    candidate("Avoid"),
    candidate("ptp", "pinnace.cni.v1"),
    candidate("Newer", "pinnace.scheduler.v1", "^9.0.0"),
    candidate("Named", "pinnace.scheduler.v1", "^1.0.0", true),
  ];
  expect(schedulerConfig(found).profiles).toEqual([
    { schedulerName: "default-scheduler", plugins: { multiPoint: { enabled: [{ name: "Avoid" }] } } },
  ]);
  const { plugins } = schedulerConfig(found, ["Named"]).profiles[0]!;
  expect(plugins?.multiPoint?.enabled).toEqual([{ name: "Avoid" }, { name: "Named" }]);
});

it("reads the file of --scheduler-config", async () => {
  const file = await fileOf(`${HEAD}profiles: [{schedulerName: mine}]\n`);
  expect((await readSchedulerConfig(file)).profiles[0]?.schedulerName).toBe("mine");
});

it.each([
  { what: "a file that is not there", file: async () => "/nowhere/at/all", says: /^\/nowhere\/at\/all: ENOENT/ },
  {
    what: "a mistake",
    file: () => fileOf(`${HEAD}foo: 1\n`),
    says: /config.yaml: strict decoding error: unknown field "foo"$/,
  },
])("refuses $what, and names the file", async ({ file, says }) => {
  await expect(readSchedulerConfig(await file())).rejects.toThrow(
    expect.objectContaining({ code: "SCHEDULER_CONFIG", message: expect.stringMatching(says) }),
  );
});

it("follows the file: new profiles are taken, mistakes are said and change nothing", async () => {
  const file = await fileOf(HEAD);
  const [taken, notes]: [(string | undefined)[], string[]] = [[], []];
  const scheduler = {
    reconfigure: (config: object) => {
      const [profile] = (config as { profiles: readonly { schedulerName: string }[] }).profiles;
      if (profile?.schedulerName === "refused") throw new Error("no such plugin");
      taken.push(profile?.schedulerName);
    },
  };
  const note = (text: string): void => void notes.push(text);
  const end = followSchedulerConfig({ file, scheduler, logger: silentLogger, note, interval: 5 });
  const put = async (text: string): Promise<void> => {
    const seen = notes.length;
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
    await expect.poll(() => notes.length, { timeout: 5_000 }).toBeGreaterThan(seen);
  };
  await put(`${HEAD}profiles: [{schedulerName: first}]\n`);
  await put(`${HEAD}profiles: [{schedulerName: refused}]\n`);
  await put(`${HEAD}profiles: what\n`);
  await put(`${HEAD}profiles: [{schedulerName: second}]\n`);
  end();
  expect(taken).toEqual(["first", "second"]);
  expect(notes[1]).toBe("warning: the scheduler keeps its configuration: no such plugin");
  expect(notes[2]).toMatch(
    /^warning: the scheduler keeps its configuration: .*config.yaml: json: cannot unmarshal string/,
  );
});
