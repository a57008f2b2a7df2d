import { attempt, testComponents, testNode, testNodeInfo, testPod } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const MEBIBYTE = 1024 * 1024;
const instance = plugin.create(testComponents(), {});
const using = (...images: readonly string[]) =>
  testPod("p", { containers: images.map((image) => ({ name: image, image })) });
const having = (name: string, images: Readonly<Record<string, number>>) =>
  testNodeInfo(
    testNode(name, {
      status: {
        images: Object.entries(images).map(([image, size]) => ({ names: [image], sizeBytes: size * MEBIBYTE })),
      },
    }),
  );

describe("ImageLocality", () => {
  it.each([
    { what: "a large image", pod: using("a:1"), a: { "a:1": 1_000 }, b: {}, scores: [48, 0] },
    { what: "an image that all have", pod: using("a:1"), a: { "a:1": 1_000 }, b: { "a:1": 1_000 }, scores: [100, 100] },
    { what: "a tiny image, not at all", pod: using("a:1"), a: { "a:1": 10 }, b: {}, scores: [0, 0] },
    { what: "nothing when no node has the image", pod: using("a:1"), a: { "b:1": 1_000 }, b: {}, scores: undefined },
    { what: "a name without a tag", pod: using("a"), a: { "a:latest": 1_000 }, b: {}, scores: [48, 0] },
    { what: "a registry with a port", pod: using("r:5000/a"), a: { "r:5000/a:latest": 1_000 }, b: {}, scores: [48, 0] },
    { what: "half of two images", pod: using("a:1", "b:1"), a: { "a:1": 1_000 }, b: {}, scores: [24, 0] },
  ])("counts $what", ({ pod, a, b, scores }) => {
    expect(attempt(instance, pod, [having("a", a as never), having("b", b as never)]).scores).toEqual(scores);
  });
});
