import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalQuantity, isQuantity, parseQuantity, Quantity } from "../src/index.ts";

describe("canonical text", () => {
  it.each([
    ["0", "0"],
    ["000", "0"],
    ["-0", "0"],
    ["Gi", "0"],
    ["+5", "+5"],
    ["5.", "5."],
    ["1E3", "1E3"],
    ["+1Gi", "+1Gi"],
    ["007", "007"],
    ["1024Mi", "1Gi"],
    ["1536Mi", "1536Mi"],
    ["0.5Gi", "512Mi"],
    ["1.5Gi", "1536Mi"],
    ["1048576Ki", "1Gi"],
    ["1000Ki", "1000Ki"],
    ["0.1Gi", "107374182400m"],
    ["0.5", "500m"],
    ["1.5", "1500m"],
    ["1000m", "1"],
    ["1500u", "1500u"],
    ["0.1n", "1n"],
    ["1e19", "10e18"],
    ["1e30", "1e30"],
    ["10E", "10E"],
    ["100P", "100P"],
    ["1000P", "1E"],
    ["8Ei", "9223372036854775807"],
    ["9223372036854775807", "9223372036854775807"],
    ["9223372036854775808", "9223372036854775808"],
    ["999999999999999999999", "999999999999999999999"],
    ["-1Gi", "-1Gi"],
    ["-0.0001n", "-1n"],
    ["512Ki", "512Ki"],
    ["8Ki", "8Ki"],
    ["1Ki", "1Ki"],
    ["0.001Ki", "1024m"],
    ["0.0001Ki", "102400u"],
  ])("%s becomes %s", (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });
});

describe("texts that are no quantity", () => {
  it.each([
    ["", "QUANTITY_FORMAT"],
    ["abc", "QUANTITY_FORMAT"],
    ["1 Gi", "QUANTITY_FORMAT"],
    ["1.2.3", "QUANTITY_FORMAT"],
    ["1_000", "QUANTITY_FORMAT"],
    ["1,5", "QUANTITY_FORMAT"],
    ["{}", "QUANTITY_FORMAT"],
    ["1K", "QUANTITY_SUFFIX"],
    ["1mi", "QUANTITY_SUFFIX"],
    ["--1", "QUANTITY_SUFFIX"],
    ["1e99999", "QUANTITY_RANGE"],
  ])("%s gives %s", (text, code) => {
    expect(() => parseQuantity(text)).toThrow(expect.objectContaining({ code }));
    expect(isQuantity(text)).toBe(false);
  });
});

describe("amounts", () => {
  it.each([
    ["100m", 100, 1],
    ["1", 1000, 1],
    ["1Gi", 1073741824000, 1073741824],
    ["1500u", 2, 1],
    ["-1500u", -2, -1],
    ["0.1Gi", 107374182400, 107374183],
  ])("%s is %d milli and %d units", (text, milli, units) => {
    expect(parseQuantity(text).milliValue()).toBe(milli);
    expect(parseQuantity(text).value()).toBe(units);
  });

  it.each([
    ["1500u", "2m"],
    ["999n", "1m"],
    ["1.5", "1500m"],
    ["1e30", "1e30"],
    ["0.0005", "1m"],
  ])("%s rounded up to milli is %s", (text, rounded) => {
    expect(parseQuantity(text).roundUpToMilli().toString()).toBe(rounded);
  });

  it("adds in the format of the first that is not zero", () => {
    expect(parseQuantity("0").add(parseQuantity("1Gi")).toString()).toBe("1Gi");
    expect(parseQuantity("1Gi").add(parseQuantity("1Mi")).toString()).toBe("1025Mi");
    expect(parseQuantity("1").sub(parseQuantity("1500m")).toString()).toBe("-500m");
    expect(parseQuantity("250m").multiply(4).toString()).toBe("1");
    expect(parseQuantity("9E").add(parseQuantity("9E")).toString()).toBe("18E");
  });

  it("comes from numbers", () => {
    expect(Quantity.fromNumber(0.1 + 0.2).toString()).toBe("300m");
    expect(Quantity.fromNumber(2 ** 40, "BinarySI").toString()).toBe("1Ti");
    expect(Quantity.fromMilli(1500).toString()).toBe("1500m");
    expect(JSON.stringify({ cpu: Quantity.fromMilli(2000) })).toBe('{"cpu":"2"}');
  });
});

const units = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "e3", "E-2"];
const quantities = fc
  .tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.constantFrom(...units))
  .map(([value, unit]) => `${value}${unit}`);

describe("laws", () => {
  it("keeps the amount in its canonical text", () => {
    fc.assert(
      fc.property(quantities, (text) => {
        const quantity = parseQuantity(text);
        expect(parseQuantity(quantity.toString()).equals(quantity)).toBe(true);
        expect(canonicalQuantity(quantity.toString())).toBe(quantity.toString());
      }),
    );
  });

  it("adds and compares like whole numbers of nanos", () => {
    fc.assert(
      fc.property(quantities, quantities, (a, b) => {
        const [x, y] = [parseQuantity(a), parseQuantity(b)];
        expect(x.add(y).nano).toBe(x.nano + y.nano);
        expect(x.add(y).sub(y).equals(x)).toBe(true);
        expect(x.compare(y)).toBe(x.nano < y.nano ? -1 : x.nano > y.nano ? 1 : 0);
        expect(x.compare(y)).toBe(-y.compare(x) + 0);
      }),
    );
  });
});
