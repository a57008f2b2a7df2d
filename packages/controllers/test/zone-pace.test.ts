import type { Node } from "@pinnace/api";
import { expect, it } from "vitest";
import { evictionPeriods } from "../src/nodelifecycle/zone-pace.ts";

/** `ready` nodes that answer and `lost` that do not. */
function zone(name: string, ready: number, lost: number): Node[] {
  return Array.from({ length: ready + lost }, (_, index) => ({
    metadata: { name: `${name}-${index}`, labels: { "topology.kubernetes.io/zone": name } },
    status: { conditions: [{ type: "Ready", status: index < ready ? "True" : "Unknown" }] },
  }));
}

it.each<[string, readonly Node[], readonly number[] | undefined]>([
  ["some are lost", zone("a", 5, 2), [10_000]],
  ["two of three are lost", zone("a", 1, 2), [10_000]],
  ["most of a small zone is lost", zone("a", 1, 3), [Number.POSITIVE_INFINITY]],
  ["most of a large zone is lost", zone("a", 20, 40), [100_000]],
  ["a zone is lost, another one is not", [...zone("a", 0, 4), ...zone("b", 2, 0)], [10_000, 10_000]],
  ["all is lost", [...zone("a", 0, 4), ...zone("b", 0, 1)], undefined],
])("when %s", (_name, nodes, periods) => {
  const answer = evictionPeriods(nodes);
  expect(answer === undefined ? undefined : [...answer.values()]).toEqual(periods);
});
