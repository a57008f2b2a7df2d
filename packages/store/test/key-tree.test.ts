import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comesBefore, compareKeys, KeyTree } from "../src/engine/index.ts";
import { type Entry, TextValue } from "../src/index.ts";

const value = new TextValue("");
const entry = (key: string, modRevision = 1): Entry => ({ key, value, createRevision: 1, modRevision });

const key = fc.oneof(
  fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom("a", "b", "/") }),
  fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom("a", "\u{1f600}", "\uffff", "\ue000", "é") }),
  fc.nat(400).map((number) => `/pods/${number}`),
);

describe("compareKeys", () => {
  it("orders as UTF-8 bytes do", () => {
    const sign = (a: string, b: string) => Math.sign(compareKeys(a, b));
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(sign(a, b)).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});

/** Sets even keys, deletes odd ones, on a tree and on a map. */
type Step = { readonly key: string; readonly deletes: boolean };
const steps = fc.array(fc.record({ key, deletes: fc.boolean() }), { maxLength: 600, size: "max" });

function apply(tree: KeyTree, model: Map<string, Entry>, { key: name, deletes }: Step, revision: number): void {
  if (deletes) {
    expect(tree.delete(name)).toBe(model.get(name));
    model.delete(name);
    return;
  }
  const fresh = entry(name, revision);
  expect(tree.set(fresh)).toBe(model.get(name));
  model.set(name, fresh);
}

function sorted(model: Map<string, Entry>): Entry[] {
  return [...model.values()].sort((a, b) => compareKeys(a.key, b.key));
}

function expectEqual(tree: KeyTree, model: Map<string, Entry>): void {
  const expected = sorted(model);
  expect(tree.size).toBe(expected.length);
  expect(tree.slice(0, tree.size)).toEqual(expected);
  for (const one of expected) expect(tree.get(one.key)).toBe(one);
}

describe("KeyTree", () => {
  it("is a sorted map", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const [tree, model] = [new KeyTree(), new Map<string, Entry>()];
        for (const [index, step] of taken.entries()) apply(tree, model, step, index);
        expectEqual(tree, model);
      }),
      { numRuns: 50 },
    );
  });

  it("counts what comes before a border, and cuts slices", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { maxLength: 500, size: "max" }),
        key,
        fc.nat(500),
        fc.nat(500),
        (keys, border, from, to) => {
          const tree = new KeyTree();
          for (const name of keys) tree.set(entry(name));
          const ordered = keys.toSorted(compareKeys);
          expect(tree.rank((name) => comesBefore(name, border))).toBe(
            ordered.filter((name) => comesBefore(name, border)).length,
          );
          expect(tree.slice(from, to).map((one) => one.key)).toEqual(ordered.slice(from, to));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("keeps snapshots apart, in both directions", () => {
    fc.assert(
      fc.property(steps, steps, steps, (before, original, copy) => {
        const tree = new KeyTree();
        const model = new Map<string, Entry>();
        for (const step of before) apply(tree, model, step, 1);
        const snapshot = tree.snapshot();
        const copied = new Map(model);
        const still = tree.snapshot();
        const unchanged = new Map(model);
        for (const step of original) apply(tree, model, step, 2);
        for (const step of copy) apply(snapshot, copied, step, 3);
        expectEqual(tree, model);
        expectEqual(snapshot, copied);
        expectEqual(still, unchanged);
      }),
      { numRuns: 30 },
    );
  });

  it("grows and shrinks over several levels", () => {
    const tree = new KeyTree();
    const names = Array.from({ length: 20_000 }, (_, index) => `/k/${(index * 7919) % 20_000}`);
    for (const name of names) tree.set(entry(name));
    expect(tree.size).toBe(20_000);
    expect(tree.rank((name) => comesBefore(name, "/k/5"))).toBe(names.filter((name) => name < "/k/5").length);
    for (const name of names) expect(tree.delete(name)?.key).toBe(name);
    expect(tree.size).toBe(0);
    expect(tree.delete("/k/1")).toBeUndefined();
  });
});
