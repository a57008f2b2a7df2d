import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Heap } from "../src/queue/heap.ts";

interface Item {
  readonly key: string;
  readonly value: number;
}

const create = (): Heap<Item> =>
  new Heap<Item>(
    ({ key }) => key,
    (a, b) => a.value - b.value,
  );

const operations = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant("push" as const), key: fc.integer({ min: 0, max: 20 }), value: fc.integer() }),
    fc.record({ type: fc.constant("delete" as const), key: fc.integer({ min: 0, max: 20 }) }),
    fc.record({ type: fc.constant("pop" as const) }),
  ),
  { maxLength: 100 },
);

describe("Heap", () => {
  it("hands out what a sorted map would, whatever is pushed, replaced and deleted", () => {
    fc.assert(
      fc.property(operations, (steps) => {
        const heap = create();
        const model = new Map<string, number>();
        for (const step of steps) {
          if (step.type === "push") {
            heap.push({ key: String(step.key), value: step.value });
            model.set(String(step.key), step.value);
          } else if (step.type === "delete") {
            expect(heap.delete(String(step.key))?.value).toBe(model.get(String(step.key)));
            model.delete(String(step.key));
          } else {
            const popped = heap.pop();
            expect(popped?.value).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
            if (popped !== undefined) model.delete(popped.key);
          }
          expect(heap.size).toBe(model.size);
          expect(heap.peek()?.value).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
        }
      }),
    );
  });

  it("finds items by key", () => {
    const heap = create();
    heap.push({ key: "a", value: 2 });
    heap.push({ key: "a", value: 1 });
    expect(heap.get("a")).toEqual({ key: "a", value: 1 });
    expect(heap.get("b")).toBeUndefined();
    expect(heap.values()).toHaveLength(1);
  });
});
