import { expect, it } from "vitest";
import { createMetricRegistries, createMetricRegistry } from "../src/index.ts";

it("exposes families sorted by name in the text format", () => {
  const registry = createMetricRegistry();
  registry.gauge({ name: "b", help: "B." }).set(2.5);
  const counter = registry.counter({ name: "a_total", help: "A\nwith \\.", labelNames: ["x", "y"] });
  counter.inc({ x: 'q"\\\n', y: "" });
  counter.inc({ x: 'q"\\\n', y: "" }, 2);
  expect(registry.expose()).toBe(
    '# HELP a_total A\\nwith \\\\.\n# TYPE a_total counter\na_total{x="q\\"\\\\\\n",y=""} 3\n# HELP b B.\n# TYPE b gauge\nb 2.5\n',
  );
});

it("starts metrics without labels at zero", () => {
  const registry = createMetricRegistry();
  registry.counter({ name: "c_total", help: "C." });
  expect(registry.expose()).toContain("\nc_total 0\n");
});

it("counts observations cumulatively", () => {
  const registry = createMetricRegistry();
  const histogram = registry.histogram({ name: "h", help: "H.", labelNames: ["v"], buckets: [0.1, 1] });
  for (const value of [0.05, 0.1, 0.5, 3]) histogram.observe(value, { v: "get" });
  expect(registry.expose().split("\n").slice(2, -1)).toEqual([
    'h_bucket{v="get",le="0.1"} 2',
    'h_bucket{v="get",le="1"} 3',
    'h_bucket{v="get",le="+Inf"} 4',
    'h_sum{v="get"} 3.65',
    'h_count{v="get"} 4',
  ]);
});

it("reads collected samples when exposed", () => {
  const registry = createMetricRegistry();
  let value = 1;
  registry.collect({ name: "now", help: "N.", type: "gauge", labelNames: ["a"] }, () => [
    { value, labels: { a: "z" } },
  ]);
  value = Number.POSITIVE_INFINITY;
  expect(registry.expose()).toContain('now{a="z"} +Inf');
});

it("returns the same metric for equal options and refuses others", () => {
  const registry = createMetricRegistry();
  const options = { name: "c_total", help: "C.", labelNames: ["a"] };
  expect(registry.counter(options)).toBe(registry.counter({ ...options }));
  expect(() => registry.counter({ ...options, labelNames: ["b"] })).toThrow(/registered already/);
  expect(() => registry.gauge(options)).toThrow(/registered already/);
});

it("refuses unknown labels and counters that go down", () => {
  const registry = createMetricRegistry();
  const counter = registry.counter({ name: "c_total", help: "C.", labelNames: ["a"] });
  expect(() => counter.inc({ b: "1" })).toThrow(/unknown label b/);
  expect(() => counter.inc({ a: "1" }, -1)).toThrow(/cannot go down/);
});

it("keeps one registry per component", () => {
  const registries = createMetricRegistries();
  expect(registries.component("scheduler")).toBe(registries.component("scheduler"));
  expect(registries.component("scheduler")).not.toBe(registries.component("kubelet"));
});
