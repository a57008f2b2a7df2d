import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, createVirtualClock } from "@pinnace/clock";
import { TextValue } from "@pinnace/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LogStore, memoryFiles, openLogStore } from "../src/index.ts";
import { recover } from "../src/recovery.ts";

const clock = createVirtualClock();
const put = (store: LogStore, key: string, text: string) =>
  store.commit({ when: [], then: [{ type: "put", key, value: new TextValue(text) }] });

/** The revision that a store of this directory comes up with; its newest entry must be of that revision. */
async function revisionOf(directory: string): Promise<number> {
  const store = await openLogStore({ directory, clock });
  try {
    const { entries, revision } = await store.list("");
    for (const { key, value, modRevision } of entries)
      expect(new TextDecoder().decode(value.bytes())).toBe(`${key}@${modRevision}`);
    return revision;
  } finally {
    await store.close();
  }
}

/** The same for what the log would be, without a disk: quick, so that every byte can be tried. */
async function revisionOfLog(name: string, log: Uint8Array): Promise<number> {
  const { tree, revision } = await recover(memoryFiles("copy", new Map([[name, log]])), 100);
  for (const { key, value, modRevision } of tree.slice(0, tree.size))
    expect(new TextDecoder().decode(value.bytes())).toBe(`${key}@${modRevision}`);
  return revision;
}

async function codeOf(opening: Promise<unknown>): Promise<string | undefined> {
  return opening.then(
    () => undefined,
    (error) => error.code,
  );
}

describe("a log that ends or is damaged anywhere", () => {
  let root = "";
  let original = "";
  let log = "";
  /** Size of the log when a revision was on the disk. */
  const ends: { readonly revision: number; readonly size: number }[] = [];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "pinnace-damage-"));
    original = join(root, "original");
    const store = await openLogStore({ directory: original, clock });
    const random = createRandom("damage");
    ends.push({ revision: 1, size: store.size() });
    for (let revision = 2; revision <= 25; revision++) {
      const key = `/k${Math.floor(random() * 8)}${"x".repeat(Math.floor(random() * 40))}`;
      await put(store, key, `${key}@${revision}`);
      ends.push({ revision, size: store.size() });
    }
    await store.close();
    [log = ""] = (await readdir(original)).filter((name) => name.startsWith("log-"));
  });
  afterAll(() => rm(root, { recursive: true }));

  async function copy(): Promise<string> {
    const directory = join(root, "copy");
    await rm(directory, { recursive: true, force: true });
    await cp(original, directory, { recursive: true });
    return directory;
  }

  it("has, when it is cut at any byte, exactly the commits that are whole", async () => {
    const content = await readFile(join(original, log));
    for (let size = 0; size <= content.length; size++) {
      const expected = ends.findLast((end) => end.size <= size)?.revision ?? 1;
      expect(await revisionOfLog(log, content.subarray(0, size)), `cut at ${size}`).toBe(expected);
    }
  });

  it("is cut off on the disk where the last whole commit ends", async () => {
    for (const size of [0, 10, ends[5]!.size, ends[5]!.size + 1, ends[6]!.size - 1]) {
      const directory = await copy();
      await truncate(join(directory, log), size);
      expect(await revisionOf(directory)).toBe(ends.findLast((end) => end.size <= size)?.revision ?? 1);
    }
  });

  it("goes on writing after a cut, and loses nothing of that", async () => {
    const directory = await copy();
    await truncate(join(directory, log), ends[10]!.size + 5);
    const store = await openLogStore({ directory, clock });
    await put(store, "/after", "/after@12");
    await store.close();
    expect(await revisionOf(directory)).toBe(12);
  });

  it("never takes damage for data: it refuses it, or drops the last commit", async () => {
    const random = createRandom("flip");
    const content = await readFile(join(original, log));
    const lastStart = ends.at(-2)!.size;
    for (let position = 0; position < content.length; position++) {
      const damaged = Buffer.from(content);
      damaged[position]! ^= 1 << Math.floor(random() * 8);
      const reading = revisionOfLog(log, damaged);
      if (position >= lastStart) expect(await reading, `byte ${position}`).toBe(24);
      else expect(await codeOf(reading), `byte ${position}`).toBe("CORRUPT");
    }
  });

  it("is not fooled by a stored value that looks like a log", async () => {
    const directory = await copy();
    const frames = await readFile(join(original, log));
    const store = await openLogStore({ directory, clock });
    await store.commit({ when: [], then: [{ type: "put", key: "/log", value: { bytes: () => frames } }] });
    const { size } = await import("node:fs").then((fs) => fs.statSync(join(directory, log)));
    await store.close();
    await truncate(join(directory, log), size - 1);
    expect(await revisionOf(directory)).toBe(25);
  });

  it("refuses a damaged checkpoint, a missing log, and a later format", async () => {
    const directory = await copy();
    const store = await openLogStore({ directory, clock });
    await store.checkpoint();
    await put(store, "/more", "/more@26");
    await store.close();
    const [checkpoint = ""] = (await readdir(directory)).filter((name) => name.startsWith("checkpoint-"));
    const path = join(directory, checkpoint);
    const content = await readFile(path);
    for (const position of [3, 12, 30, content.length - 3]) {
      const damaged = Buffer.from(content);
      damaged[position]! ^= 4;
      await writeFile(path, damaged);
      expect(await codeOf(revisionOf(directory)), `byte ${position}`).toBe("CORRUPT");
    }
    await writeFile(path, content.subarray(0, -1));
    expect(await codeOf(revisionOf(directory))).toBe("CORRUPT");
    await rm(path);
    expect(await codeOf(revisionOf(directory))).toBe("CORRUPT");
  });
});
