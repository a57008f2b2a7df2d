import type { NodeInfo, SchedulerPlugin } from "@pinnace/scheduler-framework";
import {
  attempt,
  testComponents,
  testNode,
  testNodeInfo,
  testPod,
  testReader,
} from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const create = (args: object = {}): SchedulerPlugin => plugin.create(testComponents(), args);
const asking = (requests: object, name = "p") =>
  testPod(name, { containers: [{ name: "c", resources: { requests } }] });
const node = (allocatable: object, ...used: readonly object[]): NodeInfo =>
  testNodeInfo(
    testNode("n", { status: { allocatable } }),
    ...used.map((requests, index) => asking(requests, `x${index}`)),
  );

const four = { cpu: "4", memory: "8Gi", pods: "2" };

describe("NodeResourcesFit as a filter", () => {
  it.each([
    { what: "fits", wants: { cpu: "4", memory: "8Gi" }, on: node(four), says: ["Success"] },
    { what: "asks for nothing on a full node", wants: {}, on: node(four, { cpu: "4" }), says: ["Success"] },
    {
      what: "lacks free CPU",
      wants: { cpu: "2" },
      on: node(four, { cpu: "3" }),
      says: ["Unschedulable", "Insufficient cpu"],
    },
    {
      what: "asks for more than there ever is",
      wants: { cpu: "5" },
      on: node(four),
      says: ["UnschedulableAndUnresolvable", "Insufficient cpu"],
    },
    {
      what: "lacks two things",
      wants: { cpu: "2", memory: "6Gi" },
      on: node(four, { cpu: "3", memory: "3Gi" }),
      says: ["Unschedulable", "Insufficient cpu", "Insufficient memory"],
    },
    {
      what: "is one too many",
      wants: { cpu: "1" },
      on: node(four, {}, {}),
      says: ["Unschedulable", "Too many pods"],
    },
    {
      what: "asks for a resource that is not there",
      wants: { "example.com/gpu": "1" },
      on: node(four),
      says: ["UnschedulableAndUnresolvable", "Insufficient example.com/gpu"],
    },
    {
      what: "asks for a resource that is taken",
      wants: { "example.com/gpu": "1" },
      on: node({ ...four, "example.com/gpu": "1" }, { "example.com/gpu": "1" }),
      says: ["Unschedulable", "Insufficient example.com/gpu"],
    },
    {
      what: "lacks ephemeral storage",
      wants: { "ephemeral-storage": "2Gi" },
      on: node({ ...four, "ephemeral-storage": "1Gi" }),
      says: ["UnschedulableAndUnresolvable", "Insufficient ephemeral-storage"],
    },
  ])("of a pod that $what", ({ wants, on, says }) => {
    const [status] = attempt(create(), asking(wants), [on]).filters;
    expect([status!.code, ...status!.reasons]).toEqual(says);
  });

  it.each([
    { args: { ignoredResources: ["example.com/gpu"] }, code: "Success" },
    { args: { ignoredResourceGroups: ["example.com"] }, code: "Success" },
    { args: { ignoredResourceGroups: ["other.com"] }, code: "UnschedulableAndUnresolvable" },
  ])("with $args says $code", ({ args, code }) => {
    expect(attempt(create(args), asking({ "example.com/gpu": "1" }), [node(four)]).filters[0]!.code).toBe(code);
  });
});

describe("an extended resource that a device class backs", () => {
  const reader = testReader({
    deviceclasses: [{ metadata: { name: "gpu" }, spec: { extendedResourceName: "example.com/gpu" } }],
  });
  const backed = plugin.create(testComponents({ reader }), {});
  it.each([
    { resource: "example.com/gpu", has: {}, code: "Success" },
    { resource: "deviceclass.resource.kubernetes.io/gpu", has: {}, code: "Success" },
    { resource: "example.com/gpu", has: { "example.com/gpu": "1" }, code: "UnschedulableAndUnresolvable" },
    { resource: "example.com/other", has: {}, code: "UnschedulableAndUnresolvable" },
  ])("$resource on a node with $has: $code", ({ resource, has, code }) => {
    const [status] = attempt(backed, asking({ [resource]: "2" }), [node({ ...four, ...has })]).filters;
    expect(status!.code).toBe(code);
  });
});

describe("NodeResourcesFit as a score", () => {
  const allocatable = { cpu: "4", memory: "8Gi", pods: "9" };
  const wants = asking({ cpu: "1", memory: "2Gi" });
  const shape = [
    { utilization: 0, score: 0 },
    { utilization: 100, score: 10 },
  ];
  it.each([
    { what: "counts 100m and 200Mi for a neighbour that asks for nothing", args: {}, used: {}, score: 72 },
    { what: "counts what is used", args: {}, used: { cpu: "2", memory: "2Gi" }, score: 37 },
    {
      what: "packs",
      args: { scoringStrategy: { type: "MostAllocated" } },
      used: { cpu: "2", memory: "2Gi" },
      score: 62,
    },
    {
      what: "weighs resources",
      args: {
        scoringStrategy: {
          resources: [
            { name: "cpu", weight: 3 },
            { name: "memory", weight: 1 },
          ],
        },
      },
      used: { cpu: "3", memory: "2Gi" },
      score: 12,
    },
    {
      what: "follows a shape",
      args: { scoringStrategy: { type: "RequestedToCapacityRatio", requestedToCapacityRatio: { shape } } },
      used: { cpu: "1", memory: "2Gi" },
      score: 50,
    },
  ])("$what", ({ args, used, score }) => {
    expect(attempt(create(args), wants, [node(allocatable, used)]).scores).toEqual([score]);
  });
});
