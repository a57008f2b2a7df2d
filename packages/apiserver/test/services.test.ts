import { createRandom, createVirtualClock } from "@pinnace/clock";
import { createMemoryStore } from "@pinnace/store";
import { describe, expect, it } from "vitest";
import { IpAllocator } from "../src/services/ip-allocator.ts";
import { PortAllocator } from "../src/services/port-allocator.ts";
import { startBuiltIn } from "./built-in.ts";

const PATH = "/api/v1/namespaces/default/services";
const service = (name: string, spec: object = {}): object => ({
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});

describe("the address allocator", () => {
  it("gives every address of a small range once", () => {
    const ips = new IpAllocator("10.0.0.0/29", createRandom(1));
    const given = Array.from({ length: 6 }, () => ips.takeAny());
    expect(new Set(given)).toEqual(new Set([1, 2, 3, 4, 5, 6].map((last) => `10.0.0.${last}`)));
    expect(ips.takeAny()).toBeUndefined();
    ips.release("10.0.0.4");
    expect(ips.takeAny()).toBe("10.0.0.4");
  });

  it("refuses what is taken and what is outside", () => {
    const ips = new IpAllocator("10.96.0.0/16", createRandom(1));
    expect(ips.take("10.96.0.10")).toBeUndefined();
    expect(ips.take("10.96.0.10")).toBe("provided IP is already allocated");
    expect(ips.take("10.97.0.1")).toBe("the provided network does not match the current range");
    expect(ips.first).toBe("10.96.0.1");
  });

  it.each(["nope", "10.0.0.0/31", "fd00::/64"])("does not take %s for a range", (range) => {
    expect(() => new IpAllocator(range, createRandom(1))).toThrow("is no IPv4 range");
  });
});

describe("the port allocator", () => {
  it("gives every port once", () => {
    const ports = new PortAllocator({ first: 30_000, last: 30_002 }, createRandom(1));
    expect([ports.takeAny(), ports.takeAny(), ports.takeAny()].sort()).toEqual([30_000, 30_001, 30_002]);
    expect(ports.takeAny()).toBeUndefined();
    expect(ports.take(30_001)).toBe("provided port is already allocated");
    expect(ports.take(80)).toContain("The range of valid ports is 30000-30002");
  });
});

describe("a Service", () => {
  it("gets an address that nobody else has, and gives it back", async () => {
    const { call } = await startBuiltIn({}, { serviceCidr: "10.0.0.0/29" });
    const given: string[] = [];
    for (const name of ["a", "b", "c", "d", "e", "f"])
      given.push((await call("POST", PATH, service(name))).body.spec.clusterIP);
    expect(new Set(given).size).toBe(6);
    expect((await call("POST", PATH, service("g"))).status).toBe(500);
    await call("DELETE", `${PATH}/c`);
    expect((await call("POST", PATH, service("g"))).body.spec.clusterIP).toBe(given[2]);
  });

  it("keeps nothing for a write that failed or was a dry run", async () => {
    const { call } = await startBuiltIn({}, { serviceCidr: "10.0.0.0/30" });
    await call("POST", `${PATH}?dryRun=All`, service("a"));
    await call("POST", PATH, service("a", { ports: [{ port: 0 }] }));
    expect((await call("POST", PATH, service("a"))).status).toBe(201);
    expect((await call("POST", PATH, service("a"))).status).toBe(409);
    expect((await call("POST", PATH, service("b"))).status).toBe(201);
  });

  it("changes its type and keeps what the client left out", async () => {
    const { call } = await startBuiltIn();
    const { clusterIP } = (await call("POST", PATH, service("a"))).body.spec;
    const { body } = await call(
      "PATCH",
      `${PATH}/a`,
      { spec: { type: "NodePort" } },
      { "content-type": "application/merge-patch+json" },
    );
    const { nodePort } = body.spec.ports[0];
    expect(nodePort).toBeGreaterThanOrEqual(30_000);
    const put = await call("PUT", `${PATH}/a`, service("a", { type: "NodePort" }));
    expect(put.body.spec).toMatchObject({ clusterIP, ports: [{ nodePort }] });
  });

  it("has an IPAddress as long as it has the address", async () => {
    const { call } = await startBuiltIn({}, { address: { ip: "10.1.2.3", port: 6443 } });
    const addresses = "/apis/networking.k8s.io/v1/ipaddresses";
    expect((await call("GET", `${addresses}/10.96.0.1`)).body.spec.parentRef).toEqual({
      resource: "services",
      name: "kubernetes",
      namespace: "default",
    });
    await call("POST", `${PATH}?dryRun=All`, service("a", { clusterIP: "10.96.0.7" }));
    expect((await call("GET", `${addresses}/10.96.0.7`)).status).toBe(404);
    await call("POST", PATH, service("a", { clusterIP: "10.96.0.7" }));
    expect((await call("GET", `${addresses}/10.96.0.7`)).status).toBe(200);
    const external = { spec: { type: "ExternalName", externalName: "example.com", clusterIP: null, clusterIPs: null } };
    await call("PATCH", `${PATH}/a`, external, { "content-type": "application/merge-patch+json" });
    expect((await call("GET", `${addresses}/10.96.0.7`)).status).toBe(404);
    await call("POST", PATH, service("b", { clusterIP: "10.96.0.7" }));
    await call("DELETE", `${PATH}/b`);
    expect((await call("GET", `${addresses}/10.96.0.7`)).status).toBe(404);
  });

  it("keeps its address over a restart of the server", async () => {
    const clock = createVirtualClock({ start: 0 });
    const store = createMemoryStore({ clock });
    const first = await startBuiltIn({ store });
    const taken = { clusterIP: "10.96.0.7", type: "NodePort", ports: [{ port: 80, nodePort: 30_007 }] };
    await first.call("POST", PATH, service("a", taken));
    await first.server.stop();
    const { call } = await startBuiltIn({ store });
    const again = await call("POST", PATH, service("b", { clusterIP: "10.96.0.7" }));
    expect(again.body.message).toContain("failed to allocate IP 10.96.0.7: provided IP is already allocated");
    const port = await call("POST", PATH, service("b", { ...taken, clusterIP: "10.96.0.8" }));
    expect(port.body.message).toContain("provided port is already allocated");
    expect((await call("POST", PATH, service("b", { clusterIP: "10.96.0.8" }))).status).toBe(201);
  });

  it("named kubernetes leads to the server", async () => {
    const { call } = await startBuiltIn({}, { address: { ip: "10.1.2.3", port: 6443 } });
    expect((await call("GET", `${PATH}/kubernetes`)).body.spec.clusterIP).toBe("10.96.0.1");
    const slice = (await call("GET", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes")).body;
    expect(slice.endpoints).toMatchObject([{ addresses: ["10.1.2.3"] }]);
  });
});
