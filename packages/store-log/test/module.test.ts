import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLOCK } from "@pinnace/clock";
import { realClockModule, virtualClockModule } from "@pinnace/clock/module";
import { LOGGER, silentLogger } from "@pinnace/logging";
import { STORE, type Store, TextValue } from "@pinnace/store";
import { memoryStoreModule } from "@pinnace/store/module";
import { Container } from "inversify";
import { describe, expect, it } from "vitest";
import { logStoreModule } from "../src/module.ts";

const put = (store: Store) => store.commit({ when: [], then: [{ type: "put", key: "/a", value: new TextValue("") }] });

describe("modules", () => {
  it("give a store on disk", async () => {
    const directory = await mkdtemp(join(tmpdir(), "pinnace-store-"));
    const container = new Container();
    container.load(realClockModule, logStoreModule({ directory }));
    container.bind(LOGGER).toConstantValue(silentLogger);
    const store = await container.getAsync<Store>(STORE);
    expect(await put(store)).toEqual({ succeeded: true, revision: 2 });
    expect(await container.getAsync(STORE)).toBe(store);
    await store.close();
    await rm(directory, { recursive: true });
  });

  it("give a store in memory on a virtual clock", async () => {
    const container = new Container();
    container.load(virtualClockModule({ start: 5 }), memoryStoreModule());
    const store = container.get<Store>(STORE);
    expect(await put(store)).toEqual({ succeeded: true, revision: 2 });
    expect(container.get<{ now(): number }>(CLOCK).now()).toBe(5);
  });
});
