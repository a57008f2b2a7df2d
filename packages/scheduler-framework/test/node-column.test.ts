import { describe, expect, it } from "vitest";
import { testNode, testPod } from "../src/compliance/index.ts";
import { ClusterCache, createPodInfo, EMPTY_DOMAIN, NO_DOMAIN, NodeColumn, TopologyColumn } from "../src/index.ts";

const rowsOf = (count: number): readonly number[] => Array.from({ length: count }, (_, row) => row);

describe("a column of numbers", () => {
  it("asks again only about nodes that have changed, wherever they are", () => {
    const asked: string[] = [];
    const column = new NodeColumn(({ name, pods }) => {
      asked.push(name);
      return pods.length;
    });
    const cache = new ClusterCache();
    const read = (): readonly number[] => {
      const snapshot = cache.snapshot();
      return rowsOf(snapshot.nodes.length).map(column.of(snapshot));
    };
    for (const name of ["a", "b", "c"]) cache.setNode(testNode(name));
    expect(read()).toEqual([0, 0, 0]);
    cache.assume(createPodInfo(testPod("p")), "b");
    expect(read()).toEqual([0, 1, 0]);
    cache.removeNode("a");
    expect(read()).toEqual([1, 0]);
    expect(asked).toEqual(["a", "b", "c", "b", "b", "c"]);
    column.clear();
    read();
    expect(asked.slice(6)).toEqual(["b", "c"]);
  });

  it("makes room for clusters that grow", () => {
    const column = new NodeColumn(({ name }) => Number(name));
    const cache = new ClusterCache();
    for (let count = 1; count <= 20; count += 1) {
      cache.setNode(testNode(String(count)));
      const snapshot = cache.snapshot();
      expect(rowsOf(count).map(column.of(snapshot))).toEqual(rowsOf(count).map((row) => row + 1));
    }
  });
});

describe("a column of domains", () => {
  it("numbers the values of a label in the order in which they come", () => {
    const column = new TopologyColumn("zone");
    const zoned = (zone: string) => testNode(zone, { labels: { zone } });
    expect(["x", "y", "x", ""].map((zone) => column.domainOf(zoned(zone)))).toEqual([2, 3, 2, EMPTY_DOMAIN]);
    expect(column.domainOf(testNode("n"))).toBe(NO_DOMAIN);
    expect(column.size).toBe(4);
  });
});
