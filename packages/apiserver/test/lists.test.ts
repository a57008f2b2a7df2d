import { describe, expect, it } from "vitest";
import { type Harness, startServer } from "./harness.ts";

const PATH = "/api/v1/namespaces/default/configmaps";

async function filled(...names: string[]): Promise<Harness> {
  const harness = await startServer();
  for (const name of names)
    await harness.call("POST", PATH, { metadata: { name, labels: { odd: String(name === "a" || name === "c") } } });
  return harness;
}

const namesOf = (list: { items: { metadata: { name: string } }[] }) => list.items.map(({ metadata }) => metadata.name);

describe("a list", () => {
  it("comes in pages of one snapshot", async () => {
    const { call } = await filled("a", "b", "c", "d");
    const first = (await call("GET", `${PATH}?limit=2`)).body;
    expect([namesOf(first), first.metadata.remainingItemCount]).toEqual([["a", "b"], 2]);
    await call("DELETE", `${PATH}/c`);
    await call("POST", PATH, { metadata: { name: "e" } });
    const rest = (await call("GET", `${PATH}?limit=5&continue=${first.metadata.continue}`)).body;
    expect(namesOf(rest)).toEqual(["c", "d"]);
    expect(rest.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion });
  });

  it("ends where nothing more matches", async () => {
    const { call } = await filled("a", "b", "c", "d");
    const page = (await call("GET", `${PATH}?limit=2&labelSelector=odd%3Dtrue`)).body;
    expect(namesOf(page)).toEqual(["a", "c"]);
    expect(page.metadata.continue).toBeUndefined();
    expect(page.metadata.remainingItemCount).toBeUndefined();
  });

  it("shows the past for an exact resourceVersion", async () => {
    const { call } = await filled("a", "b");
    const { resourceVersion } = (await call("GET", PATH)).body.metadata;
    await call("DELETE", `${PATH}/a`);
    expect(
      namesOf((await call("GET", `${PATH}?resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`)).body),
    ).toEqual(["a", "b"]);
    expect(namesOf((await call("GET", PATH)).body)).toEqual(["b"]);
  });

  it("does not mix namespaces whose names begin alike", async () => {
    const { call } = await filled("a");
    await call("POST", "/api/v1/namespaces/default-2/configmaps", { metadata: { name: "z" } });
    expect(namesOf((await call("GET", PATH)).body)).toEqual(["a"]);
    expect(namesOf((await call("GET", "/api/v1/configmaps")).body).sort()).toEqual(["a", "z"]);
  });

  it("gives the same frozen objects to callers of the process", async () => {
    const { raw } = await filled("a");
    const read = async (path: string) => {
      const { body } = await raw("GET", path);
      return body.type === "object" ? body.object : undefined;
    };
    const { items } = (await read(PATH)) as { items: unknown[] };
    expect(items[0]).toBe(await read(`${PATH}/a`));
    expect(Object.isFrozen(items[0])).toBe(true);
  });

  it.each([
    ["limit=x", 400],
    ["continue=abc", 400],
    ["resourceVersion=abc", 400],
    ["resourceVersionMatch=Exact", 422],
    ["resourceVersion=0&resourceVersionMatch=Exact", 422],
  ])("refuses %s with %d", async (query, status) => {
    const { call } = await startServer();
    expect((await call("GET", `${PATH}?${query}`)).status).toBe(status);
  });

  it("waits three seconds for a revision that has not come", async () => {
    const { raw, clock } = await startServer();
    const pending = raw("GET", `${PATH}?resourceVersion=99`);
    await clock.advance(3_000);
    expect(await pending).toMatchObject({ status: 504, headers: { "retry-after": "1" } });
  });
});
