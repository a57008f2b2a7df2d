import { createBuiltInDefinitions } from "@pinnace/api";
import { createVirtualClock } from "@pinnace/clock";
import { createMemoryStore } from "@pinnace/store";
import { expect, it } from "vitest";
import { startServer } from "./harness.ts";

const SLICE = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes";
const ENDPOINTS = "/api/v1/namespaces/default/endpoints/kubernetes";
const SERVICE = "/api/v1/namespaces/default/services/kubernetes";
const definitions = createBuiltInDefinitions();

it("leads to the server that runs now, also after a start on another port", async () => {
  const store = createMemoryStore({ clock: createVirtualClock() });
  const first = await startServer(definitions, { store }, { address: { ip: "192.0.2.1", port: 1111 } });
  const before = (await first.call("GET", SLICE)).body;
  await first.server.stop();
  const second = await startServer(definitions, { store }, { address: { ip: "192.0.2.2", port: 2222 } });
  const slice = (await second.call("GET", SLICE)).body;
  expect(slice).toMatchObject({ endpoints: [{ addresses: ["192.0.2.2"] }], ports: [{ port: 2222 }] });
  expect(slice.metadata.uid).toBe(before.metadata.uid);
  expect((await second.call("GET", ENDPOINTS)).body.subsets).toMatchObject([
    { addresses: [{ ip: "192.0.2.2" }], ports: [{ port: 2222 }] },
  ]);
  await second.server.stop();
});

it("comes back within ten seconds when it was deleted", async () => {
  const { server, clock, call } = await startServer(definitions, {}, { address: { ip: "192.0.2.1", port: 1111 } });
  for (const path of [SERVICE, SLICE]) expect((await call("DELETE", path)).status).toBe(200);
  expect((await call("GET", SERVICE)).status).toBe(404);
  await clock.advance(10_000);
  expect((await call("GET", SERVICE)).body.spec.clusterIP).toBe("10.96.0.1");
  expect((await call("GET", SLICE)).body.endpoints).toMatchObject([{ addresses: ["192.0.2.1"] }]);
  await server.stop();
});

it("writes nothing while everything is as it should be", async () => {
  const { server, clock, call } = await startServer(definitions, {}, { address: { ip: "192.0.2.1", port: 1111 } });
  const version = async () => (await call("GET", "/api/v1/namespaces")).body.metadata.resourceVersion;
  const before = await version();
  await clock.advance(60_000);
  expect(await version()).toBe(before);
  await server.stop();
});

it("leads to all servers that share the store, until they stop or are no longer heard of", async () => {
  const clock = createVirtualClock();
  const store = createMemoryStore({ clock });
  const start = (ip: string) =>
    startServer(definitions, { store, clock }, { address: { ip, port: 1111 }, sharedStore: true });
  const [one, two, three] = [await start("192.0.2.1"), await start("192.0.2.2"), await start("192.0.2.3")];
  const addresses = async () =>
    (await one.call("GET", SLICE)).body.endpoints.map((endpoint: { addresses: string[] }) => endpoint.addresses[0]);
  expect(await addresses()).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
  await two.server.stop();
  await clock.advance(10_000);
  expect(await addresses()).toEqual(["192.0.2.1", "192.0.2.3"]);
  await store.commit({ when: [], then: [{ type: "delete", key: "/masterleases/192.0.2.1:1111" }] });
  await clock.advance(10_000);
  expect((await one.call("GET", ENDPOINTS)).body.subsets[0].addresses).toMatchObject([
    { ip: "192.0.2.1" },
    { ip: "192.0.2.3" },
  ]);
  await one.server.stop();
  await three.server.stop();
});
