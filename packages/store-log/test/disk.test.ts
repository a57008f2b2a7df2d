import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVirtualClock } from "@pinnace/clock";
import { BytesValue } from "@pinnace/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { directoryFiles, inspectStore, type LogStore, openLogStore } from "../src/index.ts";

const SIZE = "6m";

/** A small file system in memory; false where nobody may mount one. */
function mount(folder: string, ...options: readonly string[]): boolean {
  const all = [`size=${SIZE}`, ...options].join(",");
  return spawnSync("mount", ["-t", "tmpfs", "-o", all, "tmpfs", folder]).status === 0;
}

const unmount = (folder: string): unknown => spawnSync("umount", [folder]);

async function mayMount(): Promise<boolean> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const folder = await mkdtemp(join(tmpdir(), "pinnace-disk-"));
  const mounted = mount(folder);
  if (mounted) unmount(folder);
  await rm(folder, { recursive: true });
  return mounted;
}

const clock = createVirtualClock();
const value = new BytesValue(new Uint8Array(50_000).map((_, index) => index * 7));
const put = (store: LogStore, key: string) => store.commit({ when: [], then: [{ type: "put", key, value }] });
const remove = (store: LogStore, key: string) => store.commit({ when: [], then: [{ type: "delete", key }] });
const outcome = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "done",
    (error) => error.code,
  );

describe.skipIf(!(await mayMount()))("a small disk (needs root to mount one)", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pinnace-disk-"));
  });
  afterEach(async () => {
    unmount(folder);
    await rm(folder, { recursive: true });
  });
  const open = (): Promise<LogStore> =>
    openLogStore({ directory: join(folder, "store"), clock, historyLimit: 10, checkpointAfter: 1 << 30 });

  /** Puts until the disk is full; resolves with the keys that were acknowledged. */
  async function fill(store: LogStore): Promise<string[]> {
    const keys: string[] = [];
    for (let index = 0; index < 1000; index++) {
      const result = await outcome(put(store, `/k${index}`));
      if (result !== "done") {
        expect(result).toBe("NO_SPACE");
        return keys;
      }
      keys.push(`/k${index}`);
    }
    throw new Error("the disk does not get full");
  }

  it("that is full refuses puts, serves reads and deletions, and takes puts again when there is room", async () => {
    mount(folder);
    const store = await open();
    const keys = await fill(store);
    expect(keys.length).toBeGreaterThan(50);
    expect((await store.list("")).entries.map(({ key }) => key).toSorted()).toEqual(keys.toSorted());
    expect(await outcome(put(store, "/more"))).toBe("NO_SPACE");
    for (const key of keys.slice(5)) expect(await outcome(remove(store, key))).toBe("done");
    await clock.advance(2000);
    await outcome(put(store, "/more"));
    await expect.poll(() => outcome(put(store, "/more")), { timeout: 5000 }).toBe("done");
    await store.close();
    const again = await open();
    expect((await again.list("")).entries.map(({ key }) => key)).toEqual([...keys.slice(0, 5), "/more"]);
    await again.close();
  });

  it("that is full when the process ends has everything that was acknowledged, and nothing else", async () => {
    mount(folder);
    const store = await open();
    const keys = await fill(store);
    expect(await inspectStore(directoryFiles(join(folder, "store")))).toMatchObject({
      entries: keys.length,
      revision: keys.length + 1,
    });
    await store.close();
    const again = await open();
    expect((await again.list("")).entries).toHaveLength(keys.length);
    expect(await outcome(remove(again, keys[0]!))).toBe("done");
    await again.close();
  });

  it("that is read-only is refused with one sentence, and can be inspected", async () => {
    mount(folder);
    const store = await open();
    await put(store, "/a");
    await store.close();
    expect(spawnSync("mount", ["-o", "remount,ro", folder]).status).toBe(0);
    await expect(open()).rejects.toMatchObject({ code: "UNAVAILABLE", message: expect.stringContaining(folder) });
    expect(await inspectStore(directoryFiles(join(folder, "store")))).toMatchObject({ entries: 1 });
  });
});

describe("a clock that jumps", () => {
  it("ends the times to live that it jumps over, once each, and moves no revision otherwise", async () => {
    const directory = await mkdtemp(join(tmpdir(), "pinnace-disk-"));
    const jumping = createVirtualClock();
    const store = await openLogStore({ directory, clock: jumping });
    jumping.addIdleCheck("store", () => store.idle());
    await store.commit({ when: [], then: [{ type: "put", key: "/event", value, ttl: 3_600_000 }] });
    await put(store, "/stays");
    await jumping.advance(365 * 24 * 3_600_000);
    expect([(await store.list("")).entries.map(({ key }) => key), await store.revision()]).toEqual([["/stays"], 4]);
    await store.close();
    // Another machine, whose clock is behind: what has a deadline lives on until it comes.
    const behind = createVirtualClock({ start: 0 });
    const again = await openLogStore({ directory, clock: behind });
    expect((await again.list("")).entries.map(({ key }) => key)).toEqual(["/stays"]);
    expect((await put(again, "/new")).revision).toBe(5);
    await again.close();
    await rm(directory, { recursive: true });
  });
});
