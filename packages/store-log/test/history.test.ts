import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVirtualClock } from "@pinnace/clock";
import { type StoreEvent, TextValue } from "@pinnace/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FrameBuilder } from "../src/frame.ts";
import { type LogStore, openLogStore } from "../src/index.ts";
import { writeCommit, writeEnd, writeEntry } from "../src/record.ts";

const clock = createVirtualClock();
let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pinnace-store-"));
});
afterEach(() => rm(directory, { recursive: true }));

const open = (historyLimit = 10_000): Promise<LogStore> => openLogStore({ directory, clock, historyLimit });
const put = (store: LogStore, key: string, text = "", ttl?: number) =>
  store.commit({
    when: [],
    then: [{ type: "put", key, value: new TextValue(text), ...(ttl === undefined ? {} : { ttl }) }],
  });
const textOf = (value?: { bytes(): Uint8Array }): string => new TextDecoder().decode(value?.bytes());

/** Everything that can be asked of the past, as one text. */
async function past(store: LogStore, from: number): Promise<string> {
  const lines: string[] = [];
  const line = (event: StoreEvent): string =>
    JSON.stringify([
      event.revision,
      event.type,
      event.type === "put" ? [event.entry.key, event.entry.createRevision, textOf(event.entry.value)] : event.key,
      event.previous?.modRevision,
      textOf(event.previous?.value),
    ]);
  store
    .watch("", { from })
    .subscribe((event) => lines.push(line(event)))
    .unsubscribe();
  for (let revision = Math.max(1, from); revision <= (await store.revision()); revision++) {
    const { entries } = await store.list("", { revision });
    lines.push(`${revision}: ${entries.map((entry) => `${entry.key}@${entry.modRevision}=${textOf(entry.value)}`)}`);
  }
  return lines.join("\n");
}

describe("history across restarts", () => {
  it("is kept by checkpoints: every event, every snapshot, with what was there before", async () => {
    const store = await open();
    for (let step = 0; step < 40; step++) {
      const key = `/k${(step * 7) % 9}`;
      if (step % 5 === 4) await store.commit({ when: [], then: [{ type: "delete", key }] });
      else
        await store.commit({
          when: [],
          then: [
            { type: "put", key, value: new TextValue(`${step}`) },
            { type: "put", key: `/other${step % 3}`, value: new TextValue(`${step}`) },
          ],
        });
      if (step % 13 === 12) await store.checkpoint();
    }
    const before = await past(store, 0);
    await store.close();
    const again = await open();
    expect(await past(again, 0)).toBe(before);
    await again.checkpoint();
    await again.close();
    const third = await open();
    expect(await past(third, 0)).toBe(before);
    await third.close();
  });

  it("is as long after a restart as before, and not longer than its limit", async () => {
    const store = await open(8);
    for (let step = 0; step < 50; step++) await put(store, `/k${step % 4}`, `${step}`);
    await store.checkpoint();
    await put(store, "/last");
    const oldest = await oldestOf(store);
    const before = await past(store, oldest);
    await store.close();
    const again = await open(8);
    expect([await oldestOf(again), await past(again, oldest)]).toEqual([oldest, before]);
    await again.close();
    const shorter = await open(2);
    expect(await oldestOf(shorter)).toBeGreaterThan(oldest);
    await shorter.close();
  });

  it("does not come back after a compaction", async () => {
    const store = await open();
    for (let step = 0; step < 10; step++) await put(store, "/a", `${step}`);
    await store.compact(7);
    await store.checkpoint();
    await store.close();
    const again = await open();
    expect(await oldestOf(again)).toBe(7);
    await again.close();
  });

  it("is kept for one to two intervals of compaction, counted from the start, and for good without one", async () => {
    const store = await openLogStore({ directory, clock, compactionInterval: 60_000 });
    for (let minute = 0; minute < 4; minute++) {
      for (let step = 0; step < 4; step++) {
        await put(store, "/a", `${minute}.${step}`);
        await clock.advance(15_000);
      }
    }
    // The last compaction was at the end of the fourth minute, to where the store was at the end of the third.
    await expect.poll(() => oldestOf(store)).toBe(13);
    await store.close();
    const again = await openLogStore({ directory, clock, compactionInterval: 0 });
    expect(await oldestOf(again)).toBe(13);
    await put(again, "/a");
    await clock.advance(3_600_000);
    expect(await oldestOf(again)).toBe(13);
    await again.close();
    const third = await openLogStore({ directory, clock });
    await clock.advance(300_000);
    await expect.poll(() => oldestOf(third)).toBe(18);
    await third.close();
  });

  it("keeps the deadlines of entries that are older than the history, and not those that were replaced", async () => {
    const store = await open(2);
    await put(store, "/old", "", 50_000);
    await put(store, "/replaced", "", 50_000);
    await put(store, "/replaced", "for ever");
    for (let step = 0; step < 10; step++) await put(store, "/a", `${step}`);
    await put(store, "/young", "", 60_000);
    await store.checkpoint();
    await store.close();
    const again = await open(2);
    const keys = async () => (await again.list("")).entries.map((entry) => entry.key);
    expect(await keys()).toEqual(["/a", "/old", "/replaced", "/young"]);
    await clock.advance(55_000);
    await expect.poll(keys).toEqual(["/a", "/replaced", "/young"]);
    await clock.advance(10_000);
    await expect.poll(keys).toEqual(["/a", "/replaced"]);
    await again.close();
  });
});

async function oldestOf(store: LogStore): Promise<number> {
  for (let revision = 1; ; revision++) {
    const found = await store.list("", { revision, limit: 1 }).catch((error) => error.code);
    if (found !== "COMPACTED") return revision;
  }
}

describe("a directory of format version 1", () => {
  /** What version 1 wrote: files whose checkpoint has the entries of its end. */
  async function writeVersion1(): Promise<void> {
    const preamble = Buffer.alloc(16);
    preamble.write("PINNACESTORE", "latin1");
    preamble.writeUInt32LE(1, 12);
    const bytes = new TextEncoder().encode("old");
    const checkpoint = new FrameBuilder();
    writeEntry(checkpoint, { key: "/old", bytes, createRevision: 2, modRevision: 4, expiresAt: 0 });
    writeEnd(checkpoint, 5, 3, 1);
    const log = new FrameBuilder();
    writeCommit(log, 6, [{ type: "put", key: "/new", bytes, expiresAt: 0 }]);
    await writeFile(
      join(directory, "checkpoint-00000000000005"),
      Buffer.concat([preamble, checkpoint.finish(preamble.length)]),
    );
    await writeFile(join(directory, "log-00000000000005"), Buffer.concat([preamble, log.finish(preamble.length)]));
  }

  it("is read, goes on, and becomes one of version 2 with the next checkpoint", async () => {
    await writeVersion1();
    const store = await open();
    expect(await past(store, 5)).toContain("6: /new@6=old,/old@4=old");
    await put(store, "/newer", "x");
    await store.checkpoint();
    const before = await past(store, 5);
    await store.close();
    const names = (await readdir(directory)).filter((name) => /^(log|checkpoint)-/.test(name));
    for (const name of names) expect((await readFile(join(directory, name))).readUInt32LE(12), name).toBe(2);
    const again = await open();
    expect([await past(again, 5), await again.revision()]).toEqual([before, 7]);
    await again.close();
  });
});
