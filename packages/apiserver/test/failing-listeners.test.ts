import type { Conversion, KubernetesObject, WatchEvent } from "@pinnace/apimachinery";
import type { Logger } from "@pinnace/logging";
import { describe, expect, it } from "vitest";
import { storedValue } from "../src/storage/object-value.ts";
import { CacheEntry, ResourceCache } from "../src/storage/resource-cache.ts";
import { definition, type Harness, startServer } from "./harness.ts";

const entry = (key: string, modRevision: number): CacheEntry => {
  const value = storedValue({ kind: "ConfigMap", apiVersion: "v1", metadata: { name: key } });
  return new CacheEntry(key, { key, value, createRevision: modRevision, modRevision });
};

/** A cache, and what it reported of listeners that failed. */
function reportingCache() {
  const failures: string[] = [];
  const cache = new ResourceCache(1, undefined, (error) => failures.push(String(error)));
  const change = (revision: number): void =>
    cache.apply({ revision, key: "x", namespace: "", current: entry("x", revision), previous: undefined });
  return { cache, failures, change };
}

describe("a listener of a cache that throws", () => {
  it("ends with its error when it asked for that; the others go on", () => {
    const { cache, failures, change } = reportingCache();
    const seen: string[] = [];
    const fail = (): never => {
      throw new Error("broken");
    };
    cache.listen(({ revision }) => seen.push(`a${revision}`));
    cache.listen(fail, undefined, (error) => seen.push(`ended: ${(error as Error).message}`));
    cache.listen(({ revision }) => seen.push(`b${revision}`));
    change(2);
    change(3);
    expect(seen).toEqual(["a2", "ended: broken", "b2", "a3", "b3"]);
    expect(failures).toEqual(["Error: broken"]);
  });

  it("goes on when it did not: bookkeeping may manage the next change", () => {
    const { cache, failures, change } = reportingCache();
    const seen: number[] = [];
    cache.listen(({ revision }) => {
      if (revision === 2) throw new Error("once");
      seen.push(revision);
    });
    change(2);
    change(3);
    expect([seen, failures]).toEqual([[3], ["Error: once"]]);
  });

  it("ends all whose trigger cannot be asked", () => {
    const { cache, failures, change } = reportingCache();
    const ended: string[] = [];
    const trigger = {
      index: "broken",
      of: (): string => {
        throw new Error("no value");
      },
    };
    for (const value of ["1", "2"])
      cache.listen(
        () => ended.push("called"),
        { ...trigger, value },
        () => ended.push(value),
      );
    change(2);
    change(3);
    expect([ended, failures]).toEqual([["1", "2"], ["Error: no value"]]);
  });

  it("is no matter when telling it fails, too", () => {
    const { cache, failures, change } = reportingCache();
    const fail = (): never => {
      throw new Error("broken");
    };
    const seen: number[] = [];
    cache.listen(fail, undefined, fail);
    cache.listen(({ revision }) => seen.push(revision));
    change(2);
    expect([seen, failures]).toEqual([[2], ["Error: broken", "Error: broken"]]);
  });
});

const unconvertible: Conversion = {
  toStorage: () => undefined,
  fromStorage: (draft) => {
    if (draft.metadata.name === "bad") throw new Error("this object cannot be converted");
  },
};
const maps = "/api/v1/namespaces/default/configmaps";
const otherMaps = "/api/v2/namespaces/default/configmaps";

async function startConverting() {
  const logged: string[] = [];
  const log = (text: string): void => void logged.push(text);
  const logger: Logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
  const definitions = [definition("ConfigMap"), definition("ConfigMap", { version: "v2", conversion: unconvertible })];
  return { ...(await startServer(definitions, { logger })), logged };
}

async function watch({ raw }: Pick<Harness, "raw">, path: string, headers: Record<string, string> = {}) {
  const { body } = await raw("GET", path, { headers });
  if (body.type !== "watch") throw new Error("no watch");
  const seen: string[] = [];
  body.events.subscribe({
    next: ({ type, object }: WatchEvent<KubernetesObject>) =>
      seen.push(`${type} ${object.metadata?.name ?? (object as { message?: string }).message}`),
    complete: () => seen.push("complete"),
    error: (error: unknown) => seen.push(`error ${error}`),
  });
  return seen;
}

describe("a watch that cannot show an object", () => {
  const create = ({ call }: Harness, name: string) => call("POST", maps, { metadata: { name } });
  const ended = ["ERROR this object cannot be converted", "complete"];

  it("ends with an ERROR event when the object is written; other watches and later requests go on", async () => {
    const harness = await startConverting();
    const [bad, good] = [await watch(harness, `${otherMaps}?watch=1`), await watch(harness, `${maps}?watch=1`)];
    for (const name of ["a", "bad", "b"]) expect((await create(harness, name)).status).toBe(201);
    expect(bad).toEqual(["ADDED a", ...ended]);
    expect(good).toEqual(["ADDED a", "ADDED bad", "ADDED b"]);
    expect(harness.logged).toEqual(["a listener of a cache failed"]);
    expect(await watch(harness, `${otherMaps}?watch=1&fieldSelector=metadata.name%3Db`)).toEqual(["ADDED b"]);
  });

  it("ends with an ERROR event when its table cannot be made", async () => {
    const cells = (): never => {
      throw new Error("no cells");
    };
    const harness = await startServer([definition("ConfigMap", { cells })]);
    const accept = "application/json;as=Table;g=meta.k8s.io;v=v1";
    const seen = await watch(harness, `${maps}?watch=1`, { accept });
    await create(harness, "a");
    expect(seen).toEqual(["ERROR no cells", "complete"]);
  });

  it.each([
    ["initial state", "watch=1"],
    ["past changes", "watch=1&resourceVersion=1"],
  ])("ends with an ERROR event in its %s", async (_, query) => {
    const harness = await startConverting();
    await create(harness, "bad");
    expect(await watch(harness, `${otherMaps}?${query}`)).toEqual(ended);
  });
});
