import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDataDirectory, resetDataDirectory } from "../src/up/data-directory.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pinnace-data-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("lets one process in at a time", async () => {
  const directory = await openDataDirectory(folder);
  await expect(openDataDirectory(folder)).rejects.toMatchObject({
    code: "ALREADY_RUNNING",
    message: expect.stringContaining(`(process ${process.pid})`),
    remedy: expect.stringContaining("--data-dir"),
  });
  await directory.release();
  await (await openDataDirectory(folder)).release();
});

it("takes over the lock of a process that is gone", async () => {
  await writeFile(join(folder, "lock"), "999999999 1\n");
  await (await openDataDirectory(folder)).release();
  await writeFile(join(folder, "lock"), `${process.pid} 1\n`); // the pid lives, but it is another process
  await (await openDataDirectory(folder)).release();
});

it("says what is wrong with the folder", async () => {
  await writeFile(join(folder, "file"), "");
  await expect(openDataDirectory(join(folder, "file"))).rejects.toMatchObject({ code: "DATA_DIRECTORY" });
});

it("refuses a path where no folder can be made, and ends", async () => {
  await expect(openDataDirectory("/proc/pinnace/data")).rejects.toMatchObject({
    code: "DATA_DIRECTORY",
    remedy: expect.stringContaining("--data-dir"),
  });
});

it("makes the folders above it", async () => {
  const directory = await openDataDirectory(join(folder, "a", "b"));
  expect(await readdir(join(folder, "a", "b"))).toEqual(["lock"]);
  await directory.release();
});

it("resets its own contents and nothing else", async () => {
  const directory = await openDataDirectory(folder);
  await writeFile(directory.log, "");
  await writeFile(join(folder, "mine"), "");
  await resetDataDirectory(directory);
  expect(await readdir(folder)).toEqual(["lock", "mine"]);
  await directory.release();
});
