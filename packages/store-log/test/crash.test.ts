import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRandom, createVirtualClock } from "@pinnace/clock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LogStore, openLogStore } from "../src/index.ts";

const CRASHES = 12;
const writer = fileURLToPath(new URL("crash-writer.ts", import.meta.url));

/** Lets the child write and kills it after `lines` acknowledgements; resolves with the acknowledged revision by key. */
async function crash(directory: string, lines: number, acknowledged: Map<string, number>): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, ["--conditions=@pinnace/source", writer, directory]);
  let output = "";
  let errors = "";
  let seen = 0;
  child.stderr?.on("data", (chunk) => {
    errors += chunk;
  });
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk;
    for (const byte of chunk) if (byte === 10) seen++;
    if (seen >= lines) child.kill("SIGKILL");
  });
  await new Promise((resolve) => child.once("close", resolve));
  if (seen < lines) throw new Error(`the writer ended by itself: ${errors}`);
  // The last line may be cut.
  for (const line of output.split("\n").slice(1, -1)) {
    const [key, revision] = line.split(" ") as [string, string];
    acknowledged.set(key, Number(revision));
  }
}

async function expectAcknowledged(store: LogStore, acknowledged: Map<string, number>): Promise<void> {
  const { entries, revision } = await store.list("");
  const found = new Map(entries.map((entry) => [entry.key, entry]));
  for (const [key, written] of acknowledged) {
    const entry = found.get(key);
    // What was not acknowledged before the crash may be there as well.
    expect(entry?.modRevision, key).toBeGreaterThanOrEqual(written);
    expect(entry?.modRevision).toBeLessThanOrEqual(revision);
    expect(
      new TextDecoder().decode(entry?.value.bytes()).startsWith(`${key} x`) ||
        entry?.value.bytes().length === key.length + 1,
    ).toBe(true);
  }
}

describe("a store whose process is killed", () => {
  let directory = "";
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "pinnace-crash-"));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it("has every acknowledged write, whenever that happens", { timeout: 120_000 }, async () => {
    const random = createRandom("crash");
    const acknowledged = new Map<string, number>();
    let last = 0;
    for (let round = 0; round < CRASHES; round++) {
      await crash(directory, 1 + Math.floor(random() * 3000), acknowledged);
      const store = await openLogStore({ directory, clock: createVirtualClock() });
      await expectAcknowledged(store, acknowledged);
      const revision = await store.revision();
      expect(revision).toBeGreaterThan(last);
      last = revision;
      await store.close();
    }
  });
});
