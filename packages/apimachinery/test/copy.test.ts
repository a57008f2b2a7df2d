import fc from "fast-check";
import { expect, it } from "vitest";
import { deepEqual, deepFreeze, semanticEqual, thaw } from "../src/index.ts";

const json = fc.jsonValue({ maxDepth: 4 });

it("thaws frozen values into equal, separate ones", () => {
  fc.assert(
    fc.property(json, (value) => {
      const frozen = deepFreeze(JSON.parse(JSON.stringify(value)));
      const copy = thaw(frozen);
      expect(deepEqual(copy, frozen)).toBe(true);
      expect(JSON.stringify(copy)).toBe(JSON.stringify(frozen));
      if (typeof copy === "object" && copy !== null) expect(Object.isFrozen(copy)).toBe(false);
    }),
  );
});

it("compares like the JSON texts", () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      const [x, y] = [JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))];
      expect(deepEqual(x, x)).toBe(true);
      expect(deepEqual(x, y)).toBe(deepEqual(y, x));
      if (JSON.stringify(x) === JSON.stringify(y)) expect(deepEqual(x, y)).toBe(true);
    }),
  );
});

it.each([
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [{ a: 1 }, { a: 1, b: undefined }, true],
  [{ a: 1 }, { a: 1, b: null }, false],
  [[1, 2], [2, 1], false],
  [{}, [], false],
  [JSON.parse('{"__proto__":1}'), {}, false],
])("%o equals %o: %s", (a, b, equal) => {
  expect(deepEqual(a, b)).toBe(equal);
});

it("keeps __proto__ a member", () => {
  const copy = thaw(JSON.parse('{"__proto__":{"x":1}}'));
  expect(JSON.stringify(copy)).toBe('{"__proto__":{"x":1}}');
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
});

it.each([
  [{ a: "" }, {}, true],
  [{ a: { b: [] } }, {}, true],
  [{}, { a: 0, b: false }, true],
  [{ a: 1 }, {}, false],
  [{ a: [1] }, { a: [1] }, true],
  [{ a: [1] }, { a: [2] }, false],
])("%o means %o: %s", (a, b, equal) => {
  expect(semanticEqual(a, b)).toBe(equal);
});
