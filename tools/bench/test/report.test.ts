import { describe, expect, it } from "vitest";
import { median, render, type Series } from "../src/report.ts";

const own: Series = { name: "own", unit: "ms", values: [10, 20, 15], against: "peer" };
const peer: Series = { name: "peer", unit: "ms", values: [100, 300, 150] };

describe("a report", () => {
  it("has median, spread and the median of the rounds' ratios", () => {
    const text = render({ scenario: "start", series: [peer, own], notes: ["a note"] }, "a machine");
    expect(text).toContain("| own | 15 ms (10-20) | 10× peer |");
    expect(text).toContain("| peer | 150 ms (100-300) |  |");
    expect(text.endsWith("- a note\n- peer drifted by 133 % between rounds\n- a machine\n")).toBe(true);
  });

  it("has no ratio where the peer was not measured", () => {
    expect(render({ scenario: "start", series: [own], notes: [] }, "")).toContain("| own | 15 ms (10-20) |  |");
  });

  it.each([
    [[3, 1, 2], 2],
    [[1, 2], 2],
    [[], Number.NaN],
  ])("takes the middle of %j", (values, middle) => {
    expect(median(values)).toBe(middle);
  });
});

describe("a rate", () => {
  it("is better when it is higher, and may have several rivals", () => {
    const rate: Series = {
      name: "own",
      unit: "/s",
      better: "higher",
      values: [20],
      against: ["slow", "fast", "absent"],
    };
    const series: Series[] = [rate, { ...rate, name: "slow", values: [10] }, { ...rate, name: "fast", values: [40] }];
    expect(render({ scenario: "rates", series, notes: [] }, "")).toContain("| 2× slow, 0.5× fast |");
  });
});
