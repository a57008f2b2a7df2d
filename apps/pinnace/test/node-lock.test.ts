import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { takeMachine } from "../src/up/node-lock.ts";

const NOTHING_REMAINS = (killed: string): Promise<never> => Promise.reject(new Error(`remains of ${killed}`));
/** A holder that has been killed: no process has started at this time with this pid. */
const KILLED = `${process.pid} 1\n`;

let folder = "";
let lock = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pinnace-node-"));
  lock = join(folder, "lock");
});
afterAll(() => rm(folder, { recursive: true }));

it("lets one real node run on a machine", async () => {
  const options = { dataDirectory: "/one", removeRemains: NOTHING_REMAINS, lock };
  const giveBack = await takeMachine(options);
  await expect(takeMachine({ ...options, dataDirectory: "/two" })).rejects.toMatchObject({
    code: "NODE_TAKEN",
    message: expect.stringContaining(`(process ${process.pid})`),
    remedy: expect.stringContaining("--simulated"),
  });
  await giveBack();
  expect(await readdir(folder)).toEqual([]);
  await (await takeMachine(options))();
});

it("removes what a killed node has left, whatever its data directory", async () => {
  await takeMachine({ dataDirectory: "/killed", removeRemains: NOTHING_REMAINS, lock });
  await writeFile(lock, KILLED);
  const removed: string[] = [];
  const removeRemains = async (killed: string): Promise<void> => void removed.push(killed);
  const giveBack = await takeMachine({ dataDirectory: "/next", removeRemains, lock });
  expect(removed).toEqual(["/killed"]);
  await giveBack();
  await (await takeMachine({ dataDirectory: "/third", removeRemains, lock }))();
  expect(removed).toEqual(["/killed"]);
});

it("tries again with the next start when the remains cannot be removed", async () => {
  await takeMachine({ dataDirectory: "/killed", removeRemains: NOTHING_REMAINS, lock });
  await writeFile(lock, KILLED);
  const options = { dataDirectory: "/next", lock };
  await expect(takeMachine({ ...options, removeRemains: NOTHING_REMAINS })).rejects.toThrow("remains of /killed");
  const removed: string[] = [];
  await takeMachine({ ...options, removeRemains: async (killed) => void removed.push(killed) });
  expect(removed).toEqual(["/killed"]);
});
