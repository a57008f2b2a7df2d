import type { CniConfig, CniResult } from "@pinnace/cni-plugins";
import { expect, it } from "vitest";
import { readMappings } from "../src/mappings.ts";
import { elementsOf } from "../src/rules.ts";

const config = (portMappings: unknown): CniConfig =>
  ({ cniVersion: "1.1.0", name: "n", type: "portmap", runtimeConfig: { portMappings } }) as CniConfig;
const result = (...addresses: string[]): CniResult => ({
  cniVersion: "1.1.0",
  interfaces: [],
  ips: addresses.map((address) => ({ address })),
  routes: [],
  dns: {},
});

it("maps a port of every address, or of one", () => {
  const wanted = [
    { hostPort: 80, containerPort: 8080, protocol: "TCP" },
    { hostPort: 53, containerPort: 5353, protocol: "udp", hostIP: "192.0.2.2" },
    { hostPort: 81, containerPort: 8080, hostIP: "0.0.0.0" },
    { hostPort: 82, containerPort: 8080, hostIP: "::1" },
    { hostPort: 0, containerPort: 1 },
    { HostPort: 83, ContainerPort: 8080, Protocol: "TCP", HostIP: "127.0.0.1" },
  ];
  expect(elementsOf(readMappings(config(wanted), result("fd00::1/128", "10.0.0.9/32")))).toEqual([
    { of: "any", key: "tcp . 80", to: "10.0.0.9 . 8080" },
    { of: "exact", key: "192.0.2.2 . udp . 53", to: "10.0.0.9 . 5353" },
    { of: "any", key: "tcp . 81", to: "10.0.0.9 . 8080" },
    { of: "exact", key: "127.0.0.1 . tcp . 83", to: "10.0.0.9 . 8080" },
    { of: "hairpin", key: "10.0.0.9 . 10.0.0.9", to: "" },
  ]);
});

it.each([
  ["a port that is none", [{ hostPort: 70_000, containerPort: 1 }], "invalid port mapping"],
  ["a protocol that is none", [{ hostPort: 1, containerPort: 1, protocol: "icmp" }], "invalid port mapping"],
  ["an address that is none", [{ hostPort: 1, containerPort: 1, hostIP: "1.2.3.4 drop" }], "invalid port mapping"],
])("refuses %s", (_, wanted, message) => {
  expect(() => readMappings(config(wanted), result("10.0.0.9/32"))).toThrow(message);
});

it("needs an address only when there is a port to map", () => {
  expect(readMappings(config([]), undefined)).toEqual([]);
  expect(() => readMappings(config([{ hostPort: 1, containerPort: 1 }]), result())).toThrow("no IPv4 address");
});
