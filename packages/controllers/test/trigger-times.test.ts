import type { Pod } from "@pinnace/api";
import { expect, it } from "vitest";
import { TriggerTimes, withTriggerTime } from "../src/endpointslice/trigger-times.ts";

const service = { metadata: { name: "s", creationTimestamp: "2026-01-01T00:00:00Z" } };
const pod = (name: string, seconds: number): Pod => {
  const lastTransitionTime = `2026-01-01T00:00:0${seconds}Z`;
  return { metadata: { name }, status: { conditions: [{ type: "Ready", status: "True", lastTransitionTime }] } };
};

it("says what happened first since the last look", () => {
  const times = new TriggerTimes();
  const looks = [
    times.next("k", service, [pod("a", 3)]),
    times.next("k", service, [pod("a", 3)]),
    times.next("k", service, [pod("a", 5), pod("b", 4)]),
    times.next("k", service, [pod("b", 4)]),
  ];
  expect(looks).toEqual(["2026-01-01T00:00:00Z", undefined, "2026-01-01T00:00:04Z", undefined]);
  times.forget("k");
  expect(times.next("k", service, [])).toBe("2026-01-01T00:00:00Z");
});

it.each<[Record<string, string> | undefined, string | undefined, object]>([
  [undefined, undefined, {}],
  [{ a: "b" }, "t", { annotations: { a: "b", "endpoints.kubernetes.io/last-change-trigger-time": "t" } }],
  [{ "endpoints.kubernetes.io/last-change-trigger-time": "t" }, undefined, {}],
])("annotations %j at %s", (annotations, time, expected) => {
  expect(withTriggerTime(annotations, time)).toEqual(expected);
});
