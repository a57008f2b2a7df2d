import type { Endpoint, Node } from "@pinnace/api";
import { describe, expect, it } from "vitest";
import { hintTopology, wantsTopologyHints } from "../src/endpointslice/topology-hints.ts";

const node = (name: string, zone: string | undefined, cpu: string | undefined, ready = "True", labels = {}): Node => ({
  metadata: { name, labels: { ...labels, ...(zone === undefined ? {} : { "topology.kubernetes.io/zone": zone }) } },
  status: {
    ...(cpu === undefined ? {} : { allocatable: { cpu } }),
    conditions: [{ type: "Ready", status: ready }],
  },
});

const endpoints = (...zones: (string | undefined)[]): Endpoint[] =>
  zones.map((zone, index) => ({
    addresses: [`10.0.0.${index}`],
    conditions: { ready: true },
    ...(zone === undefined ? {} : { zone }),
  }));

function hint(nodes: readonly Node[], all: readonly Endpoint[]) {
  const outcome = hintTopology([{ ports: [], endpoints: all }], nodes);
  const hints = outcome.groups[0]?.endpoints.map(({ hints }) => hints?.forZones?.map(({ name }) => name).join() ?? "-");
  return outcome.kind === "disabled" ? outcome.why : hints?.join(" ");
}

const even = [node("a", "za", "2"), node("b", "zb", "2")];
const NODES = "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes";

describe("topology hints", () => {
  it.each<[string, readonly Node[], readonly Endpoint[], string]>([
    ["stay in the own zone when shares agree", even, endpoints("za", "zb"), "za zb"],
    ["move what a zone has too much of", even, endpoints("za", "za", "za", "za"), "zb zb za za"],
    [
      "follow the CPU of zones",
      [node("a", "za", "3"), node("b", "zb", "1")],
      endpoints("za", "za", "zb", "zb"),
      "za za za zb",
    ],
    [
      "need two endpoints for two zones",
      even,
      endpoints("za"),
      "Insufficient number of endpoints (1 endpoints, 2 zones)",
    ],
    ["need a second zone", [node("a", "za", "2")], endpoints("za", "za"), NODES],
    ["need a zone on every node", [...even, node("c", undefined, "2")], endpoints("za", "zb"), NODES],
    ["need the CPU of every node", [...even, node("c", "za", undefined)], endpoints("za", "zb"), NODES],
    [
      "leave out nodes that are not ready",
      [...even, node("c", undefined, "2", "False")],
      endpoints("za", "zb"),
      "za zb",
    ],
    [
      "leave out the control plane",
      [...even, node("c", undefined, "2", "True", { "node-role.kubernetes.io/control-plane": "" })],
      endpoints("za", "zb"),
      "za zb",
    ],
    [
      "need the zone of every endpoint",
      even,
      endpoints("za", undefined),
      "One or more endpoints do not have a zone specified",
    ],
    [
      "are not made where an endpoint would get too much",
      [node("a", "za", "10"), node("b", "zb", "1"), node("c", "zc", "1")],
      endpoints("za", "za", "zb"),
      "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 3 zones)",
    ],
  ])("%s", (_, nodes, all, expected) => {
    expect(hint(nodes, all)).toBe(expected);
  });

  it("leave endpoints alone that are not ready", () => {
    const [first, second, third] = endpoints("za", "zb", "za");
    expect(hint(even, [first!, second!, { ...third!, conditions: { ready: false } }])).toBe("za zb -");
  });

  it.each([
    ["Auto", true],
    ["auto", true],
    ["Disabled", false],
  ])("mode %s: %s", (mode, expected) => {
    expect(wantsTopologyHints({ metadata: { annotations: { "service.kubernetes.io/topology-mode": mode } } })).toBe(
      expected,
    );
  });
});
