import { expect, test } from "vitest";
import { compileDeviceExpression } from "../src/device-expression.ts";

const published = {
  key: "gpu.example.com/p/d0",
  driver: "gpu.example.com",
  pool: "p",
  slice: {} as never,
  device: {
    name: "d0",
    attributes: { model: { string: "x" }, cores: { int: 8 } },
    capacity: { memory: { value: "40Gi" } },
  },
};

test.each([
  ['device.driver == "gpu.example.com"', true],
  ['device.attributes["gpu.example.com"].model == "y"', false],
  ['device.attributes["gpu.example.com"].cores >= 4', true],
  ['device.capacity["gpu.example.com"].memory.compareTo(quantity("20Gi")) > 0', true],
])("%s: %s", (source, expected) => {
  expect(compileDeviceExpression(source)(published)).toBe(expected);
});

test("fails in cel-go's words", () => {
  expect(() => compileDeviceExpression("nonsense(")).toThrow("Syntax error");
  const missing = compileDeviceExpression('device.attributes["gpu.example.com"].speed == 1');
  expect(() => missing(published)).toThrow("no such key: speed");
});
