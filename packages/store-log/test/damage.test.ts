import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, createVirtualClock } from "@pinnace/clock";
import { TextValue } from "@pinnace/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LogStore, openLogStore } from "../src/index.ts";

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

  it("has, when it is cut at any byte, exactly the commits that are whole", { timeout: 60_000 }, async () => {
    const whole = ends.at(-1)!.size;
    for (let size = 0; size <= whole; size += 7) {
      const directory = await copy();
      await truncate(join(directory, log), size);
      const expected = ends.findLast((end) => end.size <= size)?.revision ?? 1;
      expect(await revisionOf(directory), `cut at ${size}`).toBe(expected);
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

  it("never takes damage for data: it refuses it, or drops the last commit", { timeout: 60_000 }, async () => {
    const random = createRandom("flip");
    const content = await readFile(join(original, log));
    const lastStart = ends.at(-2)!.size;
    for (let round = 0; round < 150; round++) {
      const position = Math.floor(random() * content.length);
      const damaged = Buffer.from(content);
      damaged[position]! ^= 1 << Math.floor(random() * 8);
      const directory = await copy();
      await writeFile(join(directory, log), damaged);
      if (position >= lastStart) expect(await revisionOf(directory), `byte ${position}`).toBe(24);
      else expect(await codeOf(revisionOf(directory)), `byte ${position}`).toBe("CORRUPT");
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
