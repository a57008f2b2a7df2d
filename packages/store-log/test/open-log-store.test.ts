import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createVirtualClock } from "@pinnace/clock";
import { createMetricRegistry } from "@pinnace/metrics";
import { StoreError, type StoreEvent, TextValue } from "@pinnace/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDurableFile } from "../src/durable-file.ts";
import { type LogStore, type LogStoreOptions, type OpenDurableFile, openLogStore } from "../src/index.ts";

const clock = createVirtualClock();
let directory = "";
let stores: LogStore[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pinnace-store-"));
  stores = [];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  await rm(directory, { recursive: true });
});

async function open(options: Partial<LogStoreOptions> = {}): Promise<LogStore> {
  const store = await openLogStore({ directory, clock, ...options });
  stores.push(store);
  return store;
}

const put = (store: LogStore, key: string, text = "") =>
  store.commit({ when: [], then: [{ type: "put", key, value: new TextValue(text) }] });
const remove = (store: LogStore, key: string) => store.commit({ when: [], then: [{ type: "delete", key }] });

const lastWrite = (log: readonly string[], before: number): string | undefined =>
  log.slice(0, before).findLast((line) => line !== "acknowledged");

describe("openLogStore", () => {
  it("keeps a second store out of its directory, in this process and in others", async () => {
    const store = await open();
    await expect(open()).rejects.toMatchObject({
      code: "LOCKED",
      message: expect.stringContaining(`process ${process.pid}`),
      remedy: expect.stringContaining(`kill ${process.pid}`),
    });
    const writer = fileURLToPath(new URL("crash-writer.ts", import.meta.url));
    const child = spawn(process.execPath, ["--conditions=@pinnace/source", writer, directory], { stdio: "ignore" });
    expect(await once(child, "exit")).toEqual([1, null]);
    await store.close();
    await put(await open(), "/a");
  });

  it("makes files that only their owner reads", async () => {
    const store = await open();
    await put(store, "/secret");
    await store.checkpoint();
    for (const name of await readdir(directory)) {
      const { mode } = await stat(join(directory, name));
      if (name !== "lock") expect([name, mode & 0o077]).toEqual([name, 0]);
    }
  });

  it("says why a directory cannot be used", async () => {
    const opening = openLogStore({ directory: "/dev/null/store", clock });
    await expect(opening).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("keeps the identity of values until it is closed", async () => {
    const store = await open();
    const value = new TextValue("x");
    await store.commit({ when: [], then: [{ type: "put", key: "/a", value }] });
    expect((await store.read("/a"))?.value).toBe(value);
  });

  it("shows a write to nobody before it is on the disk", async () => {
    const gate = Promise.withResolvers<void>();
    const openFile: OpenDurableFile = async (path, size) => {
      const file = await openDurableFile(path, size);
      return {
        get size() {
          return file.size;
        },
        append: async (bytes) => {
          if (file.size > 0) await gate.promise;
          await file.append(bytes);
        },
        close: () => file.close(),
      };
    };
    const store = await open({ openFile });
    const events: StoreEvent[] = [];
    store.watch("").subscribe({ next: (event) => events.push(event), error: () => undefined });
    const first = put(store, "/a", "1");
    const refused = store.commit({ when: [{ key: "/a", modRevision: 0 }], then: [{ type: "delete", key: "/a" }] });
    const answered = Promise.race([refused, Promise.resolve("not yet")]);
    expect([await store.read("/a"), await store.revision(), events.length, await answered]).toEqual([
      undefined,
      1,
      0,
      "not yet",
    ]);
    gate.resolve();
    await first;
    expect([(await refused).succeeded, events.length, await store.revision()]).toEqual([false, 1, 2]);
  });

  it("lets writes that arrive during a flush share the next one", async () => {
    let appends = 0;
    const openFile: OpenDurableFile = async (path, size) => {
      const file = await openDurableFile(path, size);
      return {
        get size() {
          return file.size;
        },
        append: (bytes) => {
          appends++;
          return file.append(bytes);
        },
        close: () => file.close(),
      };
    };
    const store = await open({ openFile });
    appends = 0;
    await Promise.all(Array.from({ length: 100 }, (_, index) => put(store, `/k${index}`)));
    expect(appends).toBe(1);
  });

  it("writes a large batch while the next one is made, and one batch at a time", async () => {
    const log: string[] = [];
    const openFile: OpenDurableFile = async (path, size) => {
      const file = await openDurableFile(path, size);
      return {
        get size() {
          return file.size;
        },
        append: async (bytes) => {
          log.push("begin");
          await file.append(bytes);
          log.push("end");
        },
        close: () => file.close(),
      };
    };
    const store = await open({ openFile });
    log.length = 0;
    const text = "x".repeat(2048);
    const write = async (writer: number): Promise<void> => {
      for (let step = 0; step < 5; step++) {
        const { revision } = await put(store, `/w${writer}`, text);
        log.push("acknowledged");
        expect((await store.read(`/w${writer}`))?.modRevision).toBe(revision);
      }
    };
    await Promise.all(Array.from({ length: 300 }, (_, writer) => write(writer)));
    const writes = log.filter((line) => line !== "acknowledged");
    expect(writes).toEqual(writes.map((_, index) => (index % 2 === 0 ? "begin" : "end")));
    // Waiters of one batch are told while another is on its way.
    expect(log.some((line, index) => line === "acknowledged" && lastWrite(log, index) === "begin")).toBe(true);
    expect(await store.revision()).toBe(1501);
  });

  it("replaces logs by a checkpoint and keeps everything", async () => {
    const store = await open({ checkpointAfter: 10_000, historyLimit: 4 });
    for (let round = 0; round < 20; round++)
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => put(store, `/k${index}`, `${round} ${"x".repeat(50)}`)),
      );
    await store.checkpoint();
    expect((await readdir(directory)).filter((name) => /^(log|checkpoint)-/.test(name))).toHaveLength(2);
    expect(store.size()).toBeLessThan(5000);
    await put(store, "/last", "after the checkpoint");
    const before = await store.list("");
    await store.close();
    const again = await open();
    const after = await again.list("");
    expect([after.revision, after.entries.map(({ key, modRevision }) => [key, modRevision])]).toEqual([
      before.revision,
      before.entries.map(({ key, modRevision }) => [key, modRevision]),
    ]);
    expect(again.used()).toBe(store.used());
  });

  it("changes logs between batches while many large writes are under way", async () => {
    const store = await open({ checkpointAfter: 200_000 });
    const large = "x".repeat(8000);
    const write = async (writer: number) => {
      for (let count = 0; count < 15; count++) await put(store, `/w${writer}/${count % 5}`, `${count} ${large}`);
    };
    await Promise.all(Array.from({ length: 60 }, (_, writer) => write(writer)));
    const before = await store.list("");
    await store.close();
    const after = await (await open()).list("");
    expect([before.revision, before.entries.length]).toEqual([901, 300]);
    expect([after.revision, after.entries.map(({ key, modRevision }) => [key, modRevision])]).toEqual([
      before.revision,
      before.entries.map(({ key, modRevision }) => [key, modRevision]),
    ]);
  });

  it("measures", async () => {
    const metrics = createMetricRegistry();
    const store = await open({ metrics });
    await put(store, "/a");
    expect(metrics.expose()).toMatch(/pinnace_store_revision 2\b/);
    expect(metrics.expose()).toMatch(/pinnace_store_append_commits_count 1\b/);
  });
});

describe("a store without space", () => {
  /** A disk that fails appends with what `failure` returns, if anything. */
  const failing =
    (failure: () => StoreError | undefined): OpenDurableFile =>
    async (path, size) => {
      const file = await openDurableFile(path, size);
      return {
        get size() {
          return file.size;
        },
        append: async (bytes) => {
          const error = file.size > 0 ? failure() : undefined;
          if (error !== undefined) throw error;
          await file.append(bytes);
        },
        close: () => file.close(),
      };
    };

  it("refuses puts beyond its quota; reads, deletions and what makes it smaller go on", async () => {
    const store = await open({ quota: 1000 });
    await put(store, "/a", "x".repeat(600));
    await expect(put(store, "/b", "x".repeat(600))).rejects.toMatchObject({ code: "NO_SPACE" });
    await put(store, "/a", "x".repeat(900));
    expect((await store.read("/a"))?.modRevision).toBe(3);
    await remove(store, "/a");
    await put(store, "/b", "x".repeat(600));
    expect(store.used()).toBe(602);
  });

  it("takes back what a full disk refused, and goes on when there is room", async () => {
    let full = false;
    const store = await open({ openFile: failing(() => (full ? new StoreError("NO_SPACE", "full") : undefined)) });
    const events: number[] = [];
    store.watch("").subscribe({ next: (event) => events.push(event.revision), error: () => undefined });
    await put(store, "/a", "1");
    full = true;
    const attempts = await Promise.allSettled([put(store, "/a", "2"), put(store, "/b", "1"), remove(store, "/a")]);
    expect(attempts.map((attempt) => attempt.status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(await readdir(directory)).not.toContain("reserve");
    expect([(await store.read("/a"))?.modRevision, await store.revision(), store.used()]).toEqual([2, 2, 3]);
    full = false;
    await remove(store, "/a");
    await expect(put(store, "/c")).rejects.toMatchObject({ code: "NO_SPACE" });
    await clock.advance(2000);
    await expect(put(store, "/c")).rejects.toMatchObject({ code: "NO_SPACE" });
    await expect
      .poll(() =>
        put(store, "/c").then(
          () => "written",
          () => "refused",
        ),
      )
      .toBe("written");
    expect([events, await store.revision()]).toEqual([[2, 3, 4], 4]);
  });

  it("ends when the outcome of a write is unknown", async () => {
    let broken = false;
    const store = await open({
      openFile: failing(() => (broken ? new StoreError("UNAVAILABLE", "I/O error") : undefined)),
    });
    await put(store, "/a");
    const ends: string[] = [];
    store.watch("").subscribe({ error: (error) => ends.push(error.code) });
    broken = true;
    await expect(put(store, "/b")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(put(store, "/c")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(store.read("/a")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(ends).toEqual(["UNAVAILABLE"]);
    await store.close();
    expect((await (await open()).read("/a"))?.modRevision).toBe(2);
  });
});

it("leaves no timer behind when it is closed while a commit with a time to live is under way", async () => {
  const directory = await mkdtemp(join(tmpdir(), "store-log-"));
  const clock = createVirtualClock();
  const store = await openLogStore({ directory, clock });
  const put = { type: "put", key: "/events/a", value: new TextValue("a"), ttl: 3_600_000 } as const;
  const commit = store.commit({ when: [], then: [put] });
  await Promise.all([commit, store.close()]);
  expect(clock.pending).toBe(0);
  await rm(directory, { recursive: true });
});
