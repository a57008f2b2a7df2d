import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { takeMachine } from "../src/up/node-lock.ts";

it("lets one real node run on a machine", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pinnace-node-"));
  const lock = join(folder, "lock");
  const giveBack = await takeMachine(lock);
  await expect(takeMachine(lock)).rejects.toMatchObject({
    code: "NODE_TAKEN",
    message: expect.stringContaining(`(process ${process.pid})`),
    remedy: expect.stringContaining("--simulated"),
  });
  await giveBack();
  expect(await readdir(folder)).toEqual([]);
  await (await takeMachine(lock))();
  await rm(folder, { recursive: true });
});
