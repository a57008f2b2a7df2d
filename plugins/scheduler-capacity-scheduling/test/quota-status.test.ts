import { PODS, type Pod } from "@pinnace/api";
import { notFound } from "@pinnace/apimachinery";
import { createVirtualClock } from "@pinnace/clock";
import { testComponents, testPod, testReader } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import { QuotaStatus } from "../src/quota-status.ts";

const pod = (name: string, phase: string, requests: object, namespace = "a"): Pod =>
  ({
    ...testPod(name, { containers: [{ name: "c", resources: { requests } }] }, { namespace }),
    status: { phase },
  }) as unknown as Pod;

const quota = (name: string, used?: object) => ({
  metadata: { name, namespace: "a" },
  spec: { min: { cpu: "2" }, max: { "example.com/gpu": "4" } },
  ...(used === undefined ? {} : { status: { used } }),
});

/** Writes of one round over a namespace; `errors` are what the first writes fail with. */
function setup(objects: Readonly<Record<string, readonly object[]>>, errors: Error[] = []) {
  const clock = createVirtualClock();
  const abort = new AbortController();
  const patches: unknown[] = [];
  const components = testComponents({
    ...{ clock, reader: testReader(objects) },
    writer: {
      ...testComponents().writer,
      patch: async (_type, object, patch) => {
        const error = errors.shift();
        if (error !== undefined) throw error;
        patches.push([object.metadata?.name, (patch as { status: { used: unknown } }).status.used]);
        return object;
      },
    },
    background: {
      signal: abort.signal,
      watch: (type, listener) => {
        if ((type as unknown) === PODS) for (const each of objects.pods ?? []) listener(each as never);
      },
      list: async () => [],
    },
  });
  new QuotaStatus(components).start();
  return { clock, abort, patches };
}

const running = pod("x", "Running", { cpu: "500m", memory: "512Mi" });

describe("the status of an ElasticQuota", () => {
  it.each([
    {
      what: "what running pods request, named by the quota or not",
      objects: {
        pods: [running, pod("y", "Running", { cpu: "1", memory: "1000" }), pod("z", "Pending", { cpu: "9" })],
        elasticquotas: [quota("q")],
      },
      patches: [["q", { cpu: "1500m", "example.com/gpu": "0", memory: "536871912" }]],
    },
    {
      what: "nothing when that is there in other words",
      objects: {
        pods: [running],
        elasticquotas: [quota("q", { cpu: "0.5", "example.com/gpu": "0", memory: "524288Ki" })],
      },
      patches: [],
    },
    {
      what: "what is used no more, too",
      objects: {
        pods: [pod("x", "Succeeded", { cpu: "1" })],
        elasticquotas: [quota("q", { cpu: "1", "example.com/gpu": "0", memory: "1Gi" })],
      },
      patches: [["q", { cpu: "0", "example.com/gpu": "0", memory: null }]],
    },
    {
      what: "the first quota of a namespace only",
      objects: { pods: [running], elasticquotas: [quota("r"), quota("q")] },
      patches: [["q", { cpu: "500m", "example.com/gpu": "0", memory: "512Mi" }]],
    },
    { what: "nothing where there is no quota", objects: { pods: [running] }, patches: [] },
  ])("is $what", async ({ objects, patches: expected }) => {
    const { clock, patches } = setup(objects);
    await clock.advance(1);
    expect(patches).toEqual(expected);
  });

  it("is written again after a failure, not for a quota that is gone, and not after the end", async () => {
    const objects = { pods: [running], elasticquotas: [quota("q")] };
    const failed = setup(objects, [new Error("not now")]);
    await failed.clock.advance(1);
    expect(failed.patches).toEqual([]);
    await failed.clock.advance(5_000);
    expect(failed.patches).toHaveLength(1);
    const gone = setup(objects, [notFound("scheduling.x-k8s.io", "elasticquotas", "q")]);
    await gone.clock.advance(10_000);
    expect(gone.patches).toEqual([]);
    const ended = setup(objects);
    ended.abort.abort();
    await ended.clock.advance(10_000);
    expect(ended.patches).toEqual([]);
  });
});
