import { describe, expect, it } from "vitest";
import { compileDeviceSelector, MAX_SELECTOR_COST, type SelectableDevice } from "../src/index.ts";

const DEVICE: SelectableDevice = {
  driver: "gpu.example.com",
  allowMultipleAllocations: true,
  attributes: {
    model: { string: "a100" },
    "other.example.com/slots": { int: 7 },
    healthy: { bool: true },
    firmware: { version: "1.2.3" },
  },
  capacity: { memory: { value: "40Gi" }, "other.example.com/cores": { value: "1500m" } },
};

describe("device selectors", () => {
  it.each([
    ["true", true],
    ["device.driver == 'gpu.example.com'", true],
    ["device.allowMultipleAllocations", true],
    ["device.attributes['gpu.example.com'].model == 'a100'", true],
    ["device.attributes['other.example.com'].slots > 7", false],
    ["device.attributes['gpu.example.com'].healthy", true],
    ["device.attributes['gpu.example.com'].firmware.isGreaterThan(semver('1.2.0'))", true],
    ["device.capacity['gpu.example.com'].memory.compareTo(quantity('32Gi')) > 0", true],
    ["device.capacity['other.example.com'].cores == quantity('1.5')", true],
    ["'nowhere.example.com' in device.attributes", true],
    ["'model' in device.attributes['nowhere.example.com']", false],
    ["device.attributes['gpu.example.com'].?color.orValue('none') == 'none'", true],
    ["cel.bind(d, device.attributes['gpu.example.com'], d.model == 'a100' && d.healthy)", true],
  ])("%s", (expression, matches) => {
    const selector = compileDeviceSelector(expression);
    expect(selector.error).toBeUndefined();
    expect(selector.matches(DEVICE)).toEqual({ matches });
  });

  it.each([
    ["device.attributes['gpu.example.com'].color == 'red'", "no such key: color"],
    ["device.attributes['gpu.example.com'].model > 1", "no such overload"],
    [
      "device.attributes['gpu.example.com'].model",
      "CEL result of type string could not be converted to bool: unsupported native conversion from string to 'bool'",
    ],
  ])("%s has no answer", (expression, error) => {
    expect(compileDeviceSelector(expression).matches(DEVICE)).toEqual({ matches: false, error });
  });

  it.each([
    ["1", "must evaluate to bool or the unknown type, not int"],
    ["device.nope", "compilation failed: ERROR: <input>:1:7: undefined field 'nope'\n | device.nope\n | ......^"],
    ["bool('x')", "program instantiation failed: type conversion error from 'string' to 'bool'"],
  ])("%s is refused", (expression, error) => {
    const selector = compileDeviceSelector(expression);
    expect(selector.error).toBe(error);
    expect(selector.matches(DEVICE)).toEqual({ matches: false, error });
  });

  it("finds selectors too expensive", () => {
    const few = "device.attributes.all(d, device.attributes[d].all(n, n != 'x'))";
    expect(compileDeviceSelector(few).maxCost).toBeLessThan(MAX_SELECTOR_COST);
    const many = `${Array.from({ length: 4 }, (_, i) => `device.attributes.all(a${i}, `).join("")}true))))`;
    expect(compileDeviceSelector(many).maxCost).toBeGreaterThan(MAX_SELECTOR_COST);
  });

  it("says what is wrong with a device", () => {
    const device = { driver: "a", attributes: { firmware: { version: "one" } } };
    expect(compileDeviceSelector("true").matches(device)).toMatchObject({
      matches: false,
      error: expect.stringContaining("attribute firmware: parse semantic version: "),
    });
  });
});
