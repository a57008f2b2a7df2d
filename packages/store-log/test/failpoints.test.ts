import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVirtualClock } from "@pinnace/clock";
import { TextValue } from "@pinnace/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FAILPOINTS, type FailpointName, type LogStore, openLogStore } from "../src/index.ts";

const clock = createVirtualClock();
const put = (store: LogStore, key: string, text: string) =>
  store.commit({ when: [], then: [{ type: "put", key, value: new TextValue(text) }] });

/** A store that nobody crashed has nothing to cut off when it opens. */
const POINTS: readonly FailpointName[] = FAILPOINTS.filter((name) => !name.endsWith("Truncate"));

describe("what is on the disk at each failpoint", () => {
  let root = "";
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "pinnace-failpoints-"));
  });
  afterAll(() => rm(root, { recursive: true }));

  /** Works with a store and copies its directory whenever it comes to the failpoint, as a crash would leave it. */
  async function crashesAt(point: FailpointName): Promise<{ readonly copy: string; readonly acknowledged: number }[]> {
    const directory = join(root, point);
    const crashes: { copy: string; acknowledged: number }[] = [];
    let acknowledged = 1;
    const store = await openLogStore({
      directory,
      clock,
      failpoint: async (name) => {
        if (name !== point) return;
        const copy = `${directory}-${crashes.length}`;
        crashes.push({ copy, acknowledged });
        await cp(directory, copy, { recursive: true, filter: (source) => !source.endsWith("lock") });
      },
    });
    for (let step = 0; step < 6; step++) {
      const commit = await put(store, `/k${step % 4}`, `${step}`);
      acknowledged = commit.revision;
      if (step === 3) await store.compact(3);
      if (step % 2 === 1) await store.checkpoint();
    }
    await store.close();
    return crashes;
  }

  it.each(POINTS)("%s: everything that was acknowledged, nothing that never was written", async (point) => {
    const crashes = await crashesAt(point);
    expect(crashes.length).toBeGreaterThan(0);
    for (const { copy, acknowledged } of crashes) {
      const store = await openLogStore({ directory: copy, clock });
      const { entries, revision } = await store.list("");
      expect(revision, copy).toBeGreaterThanOrEqual(acknowledged);
      expect(revision).toBeLessThanOrEqual(acknowledged + (point === "afterAppend" ? 1 : 0));
      for (const { modRevision, value } of entries)
        expect(new TextDecoder().decode(value.bytes())).toBe(`${modRevision - 2}`);
      await put(store, "/after", `${revision - 1}`);
      await store.close();
      const again = await openLogStore({ directory: copy, clock });
      expect(await again.revision()).toBe(revision + 1);
      await again.close();
    }
  });

  it("refuses a batch whose failpoint throws, and goes on", async () => {
    let broken = false;
    const failpoint = (name: FailpointName): void => {
      if (broken && name === "beforeAppend") throw Object.assign(new Error("full"), { code: "ENOSPC" });
    };
    const store = await openLogStore({ directory: join(root, "refusing"), clock, failpoint });
    await put(store, "/a", "0");
    broken = true;
    await expect(put(store, "/b", "1")).rejects.toMatchObject({ code: "NO_SPACE" });
    expect(await store.revision()).toBe(2);
    await store.close();
  });

  it("ends with an unknown outcome when half a batch was written", async () => {
    const directory = join(root, "torn");
    const failpoint = (name: FailpointName): void => {
      if (name === "midAppend") throw new Error("interrupted");
    };
    const store = await openLogStore({ directory, clock, failpoint });
    await expect(put(store, "/a", "0")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await store.close();
    const again = await openLogStore({ directory, clock });
    expect(await again.revision()).toBe(1);
    await again.close();
  });
});
