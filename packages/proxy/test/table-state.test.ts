import { expect, it } from "vitest";
import { staleFlows } from "../src/conntrack.ts";
import { NO_RULES, type Rules, type SharedSet } from "../src/rules.ts";
import { TableState } from "../src/table-state.ts";

function rules(
  chains: Record<string, readonly string[]>,
  elements: Partial<Record<SharedSet, Record<string, string>>> = {},
): Rules {
  const maps = Object.entries(elements).map(([set, all]) => [set as SharedSet, new Map(Object.entries(all))] as const);
  return { chains: new Map(Object.entries(chains)), sets: new Map(), elements: new Map(maps) };
}

const apply = (state: TableState, changes: Record<string, Rules>): string[] =>
  state
    .apply(new Map(Object.entries(changes)))
    .split("\n")
    .filter(Boolean);

it("adds chains before the elements that name them, and removes them after", () => {
  const state = new TableState("t");
  const first = rules({ c1: ["dnat to 1.1.1.1:1"] }, { services: { "10.0.0.1 . tcp . 1": "goto c1" } });
  expect(apply(state, { a: first })).toEqual([
    "add chain ip t c1",
    "add rule ip t c1 dnat to 1.1.1.1:1",
    "add element ip t services { 10.0.0.1 . tcp . 1 : goto c1 }",
  ]);
  expect(apply(state, { a: NO_RULES })).toEqual([
    "delete element ip t services { 10.0.0.1 . tcp . 1 }",
    "flush chain ip t c1",
    "delete chain ip t c1",
  ]);
  expect(state.services.size).toBe(0);
});

it("says nothing when nothing changes, and only what does", () => {
  const state = new TableState("t");
  apply(state, { a: rules({ c1: ["x"] }, { hairpin: { "a . a": "" } }) });
  expect(apply(state, { a: rules({ c1: ["x"] }, { hairpin: { "a . a": "" } }) })).toEqual([]);
  expect(apply(state, { a: rules({ c1: ["y"] }, { hairpin: { "a . a": "" } }) })).toEqual([
    "flush chain ip t c1",
    "add rule ip t c1 y",
  ]);
});

it("counts elements that several services share", () => {
  const state = new TableState("t");
  const pair = { hairpin: { "a . a": "" } };
  expect(apply(state, { a: rules({}, pair), b: rules({}, pair) })).toEqual(["add element ip t hairpin { a . a }"]);
  expect(apply(state, { a: NO_RULES })).toEqual([]);
  expect(apply(state, { b: NO_RULES })).toEqual(["delete element ip t hairpin { a . a }"]);
});

it("lets one service take over an address of another in one step, whatever the order", () => {
  const state = new TableState("t");
  const key = "10.0.0.1 . tcp . 1";
  apply(state, { old: rules({}, { services: { [key]: "goto x" } }) });
  expect(apply(state, { new: rules({}, { services: { [key]: "goto y" } }), old: NO_RULES })).toEqual([
    `delete element ip t services { ${key} }`,
    `add element ip t services { ${key} : goto y }`,
  ]);
});

it("forgets UDP flows to what changed, and no others", () => {
  const udp = (rule: string) => rules({ c: [rule] }, { services: { "10.0.0.1 . udp . 53": "goto c" } });
  const tcp = rules({ c: ["x"] }, { services: { "10.0.0.2 . tcp . 53": "goto c" } });
  const before = new Map([
    ["a", udp("x")],
    ["b", tcp],
  ]);
  expect(
    staleFlows(
      before,
      new Map([
        ["a", udp("x")],
        ["b", NO_RULES],
      ]),
    ),
  ).toEqual([]);
  const flow = ["-p", "udp", "--orig-dst", "10.0.0.1", "--orig-port-dst", "53"];
  expect(staleFlows(before, new Map([["a", udp("y")]]))).toEqual([flow]);
  expect(staleFlows(before, new Map([["a", NO_RULES]]))).toEqual([flow]);
});
