import { describe, expect, it } from "vitest";
import type { Rules } from "../src/rules.ts";
import { serviceRules } from "../src/service-rules.ts";
import { type EndpointLiteral, service, slice } from "./objects.ts";

const options = { nodeName: "here", podCidr: "10.244.0.0/16" };

/** Chains with their hash cut off. */
function plain(rules: Rules): unknown {
  const short = (text: string): string =>
    text.replace(/(svc|ext)-[0-9a-z]+(-[0-9a-z]+)?/g, (_all, kind, endpoint) => `${kind}${endpoint ? "-ep" : ""}`);
  return {
    chains: Object.fromEntries([...rules.chains].map(([name, lines]) => [short(name), lines.map(short)])),
    elements: Object.fromEntries(
      [...rules.elements].map(([set, elements]) => [
        set,
        [...elements].map(([key, value]) => short(value ? `${key} : ${value}` : key)),
      ]),
    ),
  };
}

const rules = (spec: object, endpoints: readonly EndpointLiteral[]): unknown =>
  plain(serviceRules(service("web", "10.96.0.7", spec), [slice("web", endpoints)], options));

const one = [{ address: "10.244.0.5", node: "here" }];
const two = [...one, { address: "10.244.1.6", node: "there" }];

describe("serviceRules", () => {
  it("sends a cluster IP to one endpoint", () => {
    expect(rules({}, one)).toEqual({
      chains: {
        svc: ["ip saddr != 10.244.0.0/16 jump mark-masquerade", "meta l4proto tcp dnat to 10.244.0.5:8080"],
      },
      elements: { services: ["10.96.0.7 . tcp . 80 : goto svc"], hairpin: ["10.244.0.5 . 10.244.0.5"] },
    });
  });

  it("spreads over several at random", () => {
    expect(rules({}, two)).toMatchObject({
      chains: {
        svc: [
          expect.anything(),
          "meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.244.0.5 . 8080, 1 : 10.244.1.6 . 8080 }",
        ],
      },
    });
  });

  it("rejects when nothing is behind it", () => {
    const ports = [{ name: "http", protocol: "TCP", port: 80, nodePort: 30080 }];
    expect(rules({ ports }, [{ address: "10.244.0.5", ready: false }])).toEqual({
      chains: {},
      elements: { "no-endpoints": ["10.96.0.7 . tcp . 80"], "no-endpoint-ports": ["tcp . 30080"] },
    });
  });

  it("falls back to endpoints that serve while they terminate", () => {
    const ending = [{ address: "10.244.0.5", ready: false, terminating: true }];
    expect(rules({}, ending)).toMatchObject({ elements: { services: [expect.stringContaining("10.96.0.7")] } });
    const both = [...ending, { address: "10.244.0.6" }];
    expect(JSON.stringify(rules({}, both))).not.toContain("10.244.0.5:");
  });

  it("opens node ports and external addresses, masqueraded", () => {
    const ports = [{ name: "http", protocol: "TCP", port: 80, nodePort: 30080 }];
    expect(rules({ ports, externalIPs: ["192.0.2.9"] }, one)).toMatchObject({
      chains: { ext: ["jump mark-masquerade", "meta l4proto tcp dnat to 10.244.0.5:8080"] },
      elements: {
        services: ["10.96.0.7 . tcp . 80 : goto svc", "192.0.2.9 . tcp . 80 : goto ext"],
        "node-ports": ["tcp . 30080 : goto ext"],
      },
    });
  });

  it("keeps external traffic on the node and its source under the policy Local", () => {
    const ports = [{ name: "http", protocol: "TCP", port: 80, nodePort: 30080 }];
    expect(rules({ ports, externalTrafficPolicy: "Local" }, two)).toMatchObject({
      chains: { ext: ["meta l4proto tcp dnat to 10.244.0.5:8080"] },
    });
  });

  it("keeps internal traffic on the node under internalTrafficPolicy Local", () => {
    expect(rules({ internalTrafficPolicy: "Local" }, [two[1]!])).toMatchObject({
      elements: { "no-endpoints": ["10.96.0.7 . tcp . 80"] },
    });
  });

  it("remembers clients under session affinity", () => {
    expect(
      rules({ sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }, one),
    ).toMatchObject({
      chains: {
        svc: [expect.anything(), "ip saddr @svc-ep goto svc-ep", "numgen random mod 1 vmap { 0 : goto svc-ep }"],
        "svc-ep": ["update @svc-ep { ip saddr timeout 60s }", "meta l4proto tcp dnat to 10.244.0.5:8080"],
      },
    });
  });

  it.each([{ clusterIP: "None" }, { type: "ExternalName", clusterIP: "" }])("ignores %j", (spec) => {
    expect(rules(spec, one)).toEqual({ chains: {}, elements: {} });
  });
});
