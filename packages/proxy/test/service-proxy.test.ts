import { createVirtualClock } from "@pinnace/clock";
import { beforeEach, describe, expect, it } from "vitest";
import { createServiceProxy, type ServiceProxy } from "../src/index.ts";
import { type LiteralInformers, literalInformers } from "./informers.ts";
import { service, slice } from "./objects.ts";

interface Host {
  readonly scripts: string[];
  readonly others: string[];
  /** When it says so, nft refuses. */
  failure: string | undefined;
  /** Set: nft does not end before it resolves. */
  gate: Promise<void> | undefined;
}

let informers: LiteralInformers;
let host: Host;
const clock = createVirtualClock();

beforeEach(() => {
  informers = literalInformers();
  host = { scripts: [], others: [], failure: undefined, gate: undefined };
});

function makeProxy(): ServiceProxy {
  const run = async (command: string, args: readonly string[], stdin = ""): Promise<string> => {
    if (command !== "nft") {
      host.others.push([command, ...args].join(" "));
      return "";
    }
    await host.gate;
    if (host.failure !== undefined) throw new Error(host.failure);
    host.scripts.push(stdin);
    return "";
  };
  return createServiceProxy({ informers, clock, run }, { nodeName: "here", podCidr: "10.244.0.0/16", table: "t" });
}

async function started(): Promise<ServiceProxy> {
  const proxy = makeProxy();
  await proxy.start();
  return proxy;
}

describe("a service proxy", () => {
  it("starts with the table, then all services in one transaction", async () => {
    for (const number of [1, 2, 3]) {
      informers.services.set(service(`web${number}`, `10.96.0.${number}`));
      informers.slices.set(slice(`web${number}`, [{ address: `10.244.0.${number}` }]));
    }
    await started();
    expect(host.scripts).toHaveLength(2);
    expect(host.scripts[0]).toContain("table ip t");
    for (const number of [1, 2, 3]) {
      expect(host.scripts[1]).toContain(`10.96.0.${number} . tcp . 80`);
      expect(host.scripts[1]).toContain(`10.244.0.${number}`);
    }
  });

  it("touches only the service that changed", async () => {
    informers.services.set(service("web", "10.96.0.1"));
    informers.services.set(service("api", "10.96.0.2"));
    const proxy = await started();
    informers.slices.set(slice("api", [{ address: "10.244.0.9" }]));
    await proxy.settled();
    expect(host.scripts).toHaveLength(3);
    expect(host.scripts[2]).toContain("10.244.0.9");
    expect(host.scripts[2]).not.toContain("10.96.0.1 ");
  });

  it("says nothing to nft when nothing of a service's rules changes", async () => {
    const web = service("web", "10.96.0.1");
    informers.services.set(web);
    const proxy = await started();
    informers.services.set({ ...web, metadata: { ...web.metadata, labels: { a: "b" } } });
    await proxy.settled();
    expect(host.scripts).toHaveLength(2);
  });

  it("puts what changes while nft runs into one transaction", async () => {
    const proxy = await started();
    const gate = Promise.withResolvers<void>();
    host.gate = gate.promise;
    informers.services.set(service("a", "10.96.0.1"));
    await Promise.resolve();
    await Promise.resolve();
    for (const number of [2, 3, 4]) informers.services.set(service(`s${number}`, `10.96.0.${number}`));
    gate.resolve();
    await proxy.settled();
    expect(host.scripts).toHaveLength(3);
    for (const number of [2, 3, 4]) expect(host.scripts[2]).toContain(`10.96.0.${number}`);
  });

  it("removes a service that was deleted", async () => {
    const web = service("web", "10.96.0.1");
    informers.services.set(web);
    informers.slices.set(slice("web", [{ address: "10.244.0.9" }]));
    const proxy = await started();
    informers.services.delete(web);
    await proxy.settled();
    expect(host.scripts[2]).toMatch(/delete element ip t \S+ \{ 10\.96\.0\.1 \. tcp \. 80 \}/);
  });

  it("follows a slice that moves to another service", async () => {
    informers.services.set(service("old", "10.96.0.1"));
    informers.services.set(service("new", "10.96.0.2"));
    const moving = slice("old", [{ address: "10.244.0.9" }]);
    informers.slices.set(moving);
    const proxy = await started();
    const labels = { "kubernetes.io/service-name": "new" };
    informers.slices.set({ ...moving, metadata: { ...moving.metadata, labels } });
    await proxy.settled();
    // The old service is left without endpoints, the new one has the pod.
    expect(host.scripts[2]).toContain("10.96.0.1");
    expect(host.scripts[2]).toContain("10.96.0.2");
  });

  it("writes everything anew, a second after nft refused", async () => {
    informers.services.set(service("web", "10.96.0.1"));
    const proxy = await started();
    host.failure = "Could not process rule";
    informers.services.set(service("api", "10.96.0.2"));
    await clock.advance(2_500);
    expect(host.scripts).toHaveLength(2);
    host.failure = undefined;
    await clock.advance(1_000);
    await proxy.settled();
    expect(host.scripts).toHaveLength(4);
    expect(host.scripts[2]).toBe(host.scripts[0]);
    expect(host.scripts[3]).toContain("10.96.0.1");
    expect(host.scripts[3]).toContain("10.96.0.2");
  });

  it("does not start when nft refuses", async () => {
    host.failure = "command not found";
    await expect(makeProxy().start()).rejects.toMatchObject({ code: "NFT_FAILED" });
  });

  it("removes its table when it stops, once", async () => {
    const proxy = await started();
    await proxy.stop();
    await proxy.stop();
    informers.services.set(service("late", "10.96.0.1"));
    await proxy.settled();
    expect(host.scripts.slice(1)).toEqual(["add table ip t\ndelete table ip t\n"]);
  });

  it("forgets the flows to a UDP service that lost an endpoint", async () => {
    const ports = [{ name: "dns", protocol: "UDP", port: 53, targetPort: 5353 }];
    const dns = service("dns", "10.96.0.10", { ports });
    const withPort = (addresses: readonly string[]): ReturnType<typeof slice> => {
      const literal = slice(
        "dns",
        addresses.map((address) => ({ address })),
      );
      return { ...literal, ports: [{ name: "dns", protocol: "UDP", port: 5353 }] };
    };
    informers.services.set(dns);
    informers.slices.set(withPort(["10.244.0.1", "10.244.0.2"]));
    const proxy = await started();
    host.others.length = 0;
    informers.slices.set(withPort(["10.244.0.2"]));
    await proxy.settled();
    expect(host.others).toEqual(["conntrack -D -p udp --orig-dst 10.96.0.10 --orig-port-dst 53"]);
  });
});
