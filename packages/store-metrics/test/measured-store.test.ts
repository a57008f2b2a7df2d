import { createVirtualClock } from "@pinnace/clock";
import { createMetricRegistry } from "@pinnace/metrics";
import { createMemoryStore, TextValue } from "@pinnace/store";
import { describeStoreCompliance } from "@pinnace/store/compliance";
import { describe, expect, it } from "vitest";
import { createMeasuredStore } from "../src/index.ts";

const resourceOf = (key: string) => {
  const resource = key.split("/")[2];
  return resource === undefined ? undefined : { group: "", resource };
};

describeStoreCompliance(
  "memory, measured",
  () => {
    const clock = createVirtualClock();
    return {
      open: async () =>
        createMeasuredStore(createMemoryStore({ clock }), { registry: createMetricRegistry(), clock, resourceOf }),
      elapse: (duration) => clock.advance(duration),
    };
  },
  { describe, it },
);

describe("createMeasuredStore", () => {
  it("counts by operation and resource, times, and counts events and errors", async () => {
    const clock = createVirtualClock();
    const registry = createMetricRegistry();
    const memory = createMemoryStore({ clock });
    const slow = Object.assign(Object.create(memory), {
      read: async (key: string) => {
        await clock.sleep(300);
        return memory.read(key);
      },
      ...{ commit: memory.commit.bind(memory), list: memory.list.bind(memory), watch: memory.watch.bind(memory) },
    });
    const store = createMeasuredStore(slow, { registry, clock, resourceOf });
    const seen: unknown[] = [];
    store.watch("").subscribe((event) => seen.push(event));
    const key = "/registry/pods/a";
    const put = { type: "put", key, value: new TextValue("") } as const;
    await store.commit({ when: [{ key, modRevision: 0 }], then: [put] });
    await store.commit({ when: [{ key, modRevision: 2 }], then: [put] });
    await store.commit({ when: [], then: [put, { type: "delete", key: "/registry/nodes/a" }] });
    await store.commit({ when: [], then: [{ type: "delete", key }] });
    await store.list("/registry/pods/");
    await expect(store.list("", { revision: 99 })).rejects.toMatchObject({ code: "FUTURE_REVISION" });
    const reading = store.read(key);
    await clock.advance(300);
    await reading;
    const text = registry.expose();
    for (const line of [
      'etcd_requests_total{operation="create",group="",resource="pods"} 1',
      'etcd_requests_total{operation="update",group="",resource="pods"} 1',
      'etcd_requests_total{operation="txn",group="",resource="pods"} 1',
      'etcd_requests_total{operation="delete",group="",resource="pods"} 1',
      'etcd_requests_total{operation="list",group="",resource="pods"} 1',
      'etcd_request_errors_total{operation="list",group="",resource=""} 1',
      'etcd_request_duration_seconds_bucket{operation="get",group="",resource="pods",le="0.2"} 0',
      'etcd_request_duration_seconds_bucket{operation="get",group="",resource="pods",le="0.4"} 1',
      'apiserver_storage_events_received_total{group="",resource="pods"} 4',
    ])
      expect(text.split("\n")).toContain(line);
    expect(seen).toHaveLength(4);
  });
});
