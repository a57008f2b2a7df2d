import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVirtualClock } from "@pinnace/clock";
import { TextValue } from "@pinnace/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  directoryFiles,
  inspectStore,
  type LogStore,
  memoryFiles,
  openLogStore,
  restoreStore,
  snapshotStore,
} from "../src/index.ts";

const clock = createVirtualClock();
let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "pinnace-inspection-"));
});
afterEach(() => rm(root, { recursive: true }));

const open = (name: string, options = {}): Promise<LogStore> =>
  openLogStore({ directory: join(root, name), clock, ...options });
const put = (store: LogStore, key: string, text = "", ttl?: number) =>
  store.commit({
    when: [],
    then: [{ type: "put", key, value: new TextValue(text), ...(ttl === undefined ? {} : { ttl }) }],
  });
const content = async (store: LogStore) =>
  (await store.list("")).entries.map(({ key, value, createRevision, modRevision }) => [
    key,
    new TextDecoder().decode(value.bytes()),
    createRevision,
    modRevision,
  ]);

describe("inspectStore", () => {
  it("says what a directory holds, with a checkpoint and without", async () => {
    const store = await open("a");
    await put(store, "/a", "12345");
    await put(store, "/b", "1");
    expect(await inspectStore(directoryFiles(join(root, "a")))).toMatchObject({
      ...{ revision: 3, oldest: 1, entries: 2, used: 10 },
      files: [{ name: "log-00000000000001" }],
    });
    await store.checkpoint();
    await put(store, "/c");
    const inspection = await inspectStore(directoryFiles(join(root, "a")));
    expect(inspection).toMatchObject({ revision: 4, oldest: 1, entries: 3, used: store.used() });
    expect(inspection.files.map(({ name }) => name)).toEqual(["checkpoint-00000000000003", "log-00000000000003"]);
    await store.close();
  });

  it("refuses a folder without a store, and damage", async () => {
    await expect(inspectStore(directoryFiles(root))).rejects.toMatchObject({ code: "UNAVAILABLE" });
    const store = await open("a");
    for (let step = 0; step < 3; step++) await put(store, "/a", "x".repeat(100));
    await store.close();
    const path = join(root, "a", "log-00000000000001");
    const bytes = await readFile(path);
    bytes[60]! ^= 1;
    await writeFile(path, bytes);
    await expect(inspectStore(directoryFiles(join(root, "a")))).rejects.toMatchObject({ code: "CORRUPT" });
  });

  it("finds in a store at work at least what was acknowledged before, however its files change", async () => {
    const store = await open("a", { checkpointAfter: 20_000, historyLimit: 10 });
    let writing = true;
    let acknowledged = 1;
    const write = async (writer: number): Promise<void> => {
      for (let step = 0; writing; step++)
        acknowledged = Math.max(acknowledged, (await put(store, `/w${writer}/${step % 10}`, "x".repeat(500))).revision);
    };
    const writers = Promise.all(Array.from({ length: 10 }, (_, writer) => write(writer)));
    for (let round = 0; round < 20; round++) {
      const before = acknowledged;
      const { revision } = await inspectStore(directoryFiles(join(root, "a")));
      expect(revision).toBeGreaterThanOrEqual(before);
    }
    writing = false;
    await writers;
    await store.close();
  });
});

describe("snapshotStore and restoreStore", () => {
  it("copy a store at work, and make a new one of it that nobody mistakes for the old one", async () => {
    const store = await open("a");
    await put(store, "/a", "1");
    await put(store, "/b", "1", 50_000);
    await put(store, "/a", "2");
    const snapshot = await snapshotStore(directoryFiles(join(root, "a")));
    await put(store, "/later");
    await store.checkpoint();
    await put(store, "/later still");
    const files = new Map<string, Uint8Array>();
    for (const { name, size } of snapshot.files) {
      const parts: Uint8Array[] = [];
      for await (const part of snapshot.read(name)) parts.push(part);
      files.set(name, Buffer.concat(parts));
      expect(files.get(name)?.length).toBe(size);
    }
    await snapshot.close();
    await store.close();
    const restored = await restoreStore(memoryFiles("copy", files), join(root, "b"), { bumpRevision: 1000 });
    expect(restored).toMatchObject({ revision: 1004, oldest: 1004, entries: 2 });
    const again = await open("b");
    expect(await content(again)).toEqual([
      ["/a", "2", 2, 4],
      ["/b", "1", 3, 3],
    ]);
    await expect(again.list("", { revision: 5 })).rejects.toMatchObject({ code: "COMPACTED" });
    expect((await put(again, "/c")).revision).toBe(1005);
    await clock.advance(60_000);
    await expect.poll(async () => (await content(again)).map(([key]) => key)).toEqual(["/a", "/c"]);
    await again.close();
  });

  it("refuse files that were cut", async () => {
    const store = await open("a");
    await put(store, "/a", "1");
    await store.checkpoint();
    await store.close();
    const bytes = await readFile(join(root, "a", "checkpoint-00000000000002"));
    const cut = new Map([["checkpoint-00000000000002", bytes.subarray(0, -4)]]);
    await expect(restoreStore(memoryFiles("copy", cut), join(root, "b"), { bumpRevision: 0 })).rejects.toMatchObject({
      code: "CORRUPT",
      message: expect.stringContaining("copy: checkpoint"),
    });
  });
});
