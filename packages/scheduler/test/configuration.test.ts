import { describe, expect, it } from "vitest";
import { parseSchedulerConfiguration } from "../src/index.ts";
import { REFUSALS } from "./configuration-refusals.ts";

const HEAD = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n";
const hasHead = (body: string): boolean => body === "" || body.startsWith("apiVersion:");
const text = (body: string): string => (hasHead(body) ? body : HEAD + body);

describe("a KubeSchedulerConfiguration", () => {
  it.each(REFUSALS)("is refused for $what", ({ body, says }) => {
    expect(() => parseSchedulerConfiguration(text(body))).toThrow(expect.objectContaining({ message: says }));
  });

  it("has kube-scheduler's defaults", () => {
    expect(parseSchedulerConfiguration(HEAD)).toEqual({
      profiles: [{ schedulerName: "default-scheduler", pluginConfig: [] }],
      percentageOfNodesToScore: 0,
      podInitialBackoffSeconds: 1,
      podMaxBackoffSeconds: 10,
      extenders: [],
    });
  });

  it("keeps what it says, from an object too", () => {
    const plugins = { multiPoint: { enabled: [{ name: "Coscheduling" }] }, score: { disabled: [{ name: "*" }] } };
    const args = {
      apiVersion: "kubescheduler.config.k8s.io/v1",
      kind: "CoschedulingArgs",
      permitWaitingTimeSeconds: 10,
    };
    const configuration = {
      apiVersion: "kubescheduler.config.k8s.io/v1",
      kind: "KubeSchedulerConfiguration",
      parallelism: 4,
      percentageOfNodesToScore: 50,
      podInitialBackoffSeconds: 2,
      podMaxBackoffSeconds: 20,
      leaderElection: { leaderElect: false },
      profiles: [{ plugins, percentageOfNodesToScore: 70, pluginConfig: [{ name: "Coscheduling", args }] }],
    };
    expect(parseSchedulerConfiguration(configuration)).toEqual({
      profiles: [
        {
          schedulerName: "default-scheduler",
          plugins,
          percentageOfNodesToScore: 70,
          pluginConfig: [{ name: "Coscheduling", args: { permitWaitingTimeSeconds: 10 } }],
        },
      ],
      percentageOfNodesToScore: 50,
      podInitialBackoffSeconds: 2,
      podMaxBackoffSeconds: 20,
      extenders: [],
    });
  });

  it("fills in what extenders leave out, and takes their resources from NodeResourcesFit", () => {
    const body = `
profiles: [{pluginConfig: [{name: NodeResourcesFit, args: {ignoredResources: [example.com/a]}}]}]
extenders:
- urlPrefix: http://localhost:1/x
  filterVerb: filter
  managedResources: [{name: example.com/b, ignoredByScheduler: true}, {name: example.com/c}]
- {urlPrefix: "http://localhost:2", prioritizeVerb: score, weight: 2, httpTimeout: 100ms, nodeCacheCapable: true, ignorable: true}
`;
    const { profiles, extenders } = parseSchedulerConfiguration(HEAD + body);
    expect(profiles[0]?.pluginConfig).toEqual([
      { name: "NodeResourcesFit", args: { ignoredResources: ["example.com/a", "example.com/b"] } },
    ]);
    const none = { filterVerb: "", preemptVerb: "", prioritizeVerb: "", bindVerb: "", enableHTTPS: false };
    expect(extenders).toEqual([
      {
        ...none,
        urlPrefix: "http://localhost:1/x",
        filterVerb: "filter",
        weight: 0,
        httpTimeout: 5_000,
        nodeCacheCapable: false,
        ignorable: false,
        managedResources: [
          { name: "example.com/b", ignoredByScheduler: true },
          { name: "example.com/c", ignoredByScheduler: false },
        ],
      },
      {
        ...none,
        urlPrefix: "http://localhost:2",
        prioritizeVerb: "score",
        weight: 2,
        httpTimeout: 100,
        nodeCacheCapable: true,
        ignorable: true,
        managedResources: [],
      },
    ]);
  });
});
