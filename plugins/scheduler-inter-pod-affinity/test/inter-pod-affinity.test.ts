import type { Pod } from "@pinnace/api";
import { createPodInfo, type NodeInfo, type SchedulerPlugin } from "@pinnace/scheduler-framework";
import {
  attempt,
  testComponents,
  testCycle,
  testNode,
  testNodeInfo,
  testPod,
  testReader,
} from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const ZONE = "topology.kubernetes.io/zone";
const namespaces = [
  { metadata: { name: "default", labels: { team: "a" } } },
  { metadata: { name: "other", labels: { team: "b" } } },
];
const create = (args: object = {}): SchedulerPlugin =>
  plugin.create(testComponents({ reader: testReader({ namespaces }) }), {
    hardPodAffinityWeight: 1,
    ignorePreferredTermsOfExistingPods: false,
    ...args,
  });

const term = (app: string | undefined, change: object = {}): object => ({
  topologyKey: ZONE,
  ...(app === undefined ? {} : { labelSelector: { matchLabels: { app } } }),
  ...change,
});
const near = (...terms: readonly object[]): object => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});
const apart = (...terms: readonly object[]): object => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});
const preferred = (kind: "podAffinity" | "podAntiAffinity", weight: number, podAffinityTerm: object): object => ({
  affinity: { [kind]: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }] } },
});
const app = (name: string, label: string, spec: object = {}, metadata: object = {}): Pod =>
  testPod(name, { nodeName: "some", ...spec }, { labels: { app: label }, ...metadata });

const node = (name: string, zone: string | undefined, ...pods: readonly Pod[]): NodeInfo =>
  testNodeInfo(testNode(name, { labels: zone === undefined ? {} : { [ZONE]: zone } }), ...pods);

const reasons = (pod: Pod, nodes: readonly NodeInfo[]): readonly string[] => {
  const { preFilter, filters } = attempt(create(), pod, nodes);
  if (preFilter?.code === "Skip") return nodes.map(() => "fits");
  return filters.map((status) => status.reasons[0] ?? "fits");
};

const NO_AFFINITY = "node(s) didn't match pod affinity rules";
const ANTI = "node(s) didn't match pod anti-affinity rules";
const EXISTING = "node(s) didn't satisfy existing pods anti-affinity rules";

describe("InterPodAffinity as a filter", () => {
  const web = app("web", "web");
  it.each([
    {
      what: "joins the matching pod's zone",
      pod: app("p", "x", near(term("web"))),
      says: ["fits", NO_AFFINITY, NO_AFFINITY],
    },
    {
      what: "finds no matching pod",
      pod: app("p", "x", near(term("none"))),
      says: [NO_AFFINITY, NO_AFFINITY, NO_AFFINITY],
    },
    { what: "is the first of its group", pod: app("p", "new", near(term("new"))), says: ["fits", "fits", NO_AFFINITY] },
    {
      what: "is not the first when it misses one of its own terms",
      pod: app("p", "new", near(term("new"), term("none"))),
      says: [NO_AFFINITY, NO_AFFINITY, NO_AFFINITY],
    },
    {
      what: "has a term without a selector",
      pod: app("p", "x", near(term(undefined))),
      says: [NO_AFFINITY, NO_AFFINITY, NO_AFFINITY],
    },
    {
      what: "has a term that matches all",
      pod: app("p", "x", near(term(undefined, { labelSelector: {} }))),
      says: ["fits", NO_AFFINITY, NO_AFFINITY],
    },
    { what: "keeps away from a zone", pod: app("p", "x", apart(term("web"))), says: [ANTI, "fits", "fits"] },
    {
      what: "looks into other namespaces by name",
      pod: app("p", "x", near(term("web", { namespaces: ["default"] })), { namespace: "other" }),
      says: ["fits", NO_AFFINITY, NO_AFFINITY],
    },
    {
      what: "looks into its own namespace only",
      pod: app("p", "x", near(term("web")), { namespace: "other" }),
      says: [NO_AFFINITY, NO_AFFINITY, NO_AFFINITY],
    },
    {
      what: "looks into namespaces by their labels",
      pod: app("p", "x", near(term("web", { namespaceSelector: { matchLabels: { team: "a" } } })), {
        namespace: "other",
      }),
      says: ["fits", NO_AFFINITY, NO_AFFINITY],
    },
    {
      what: "looks into all namespaces",
      pod: app("p", "x", apart(term("web", { namespaceSelector: {} })), { namespace: "other" }),
      says: [ANTI, "fits", "fits"],
    },
    { what: "wishes nothing", pod: app("p", "x"), says: ["fits", "fits", "fits"] },
  ])("for a pod that $what", ({ pod, says }) => {
    expect(reasons(pod, [node("a", "z1", web), node("b", "z2"), node("c", undefined)])).toEqual(says);
  });

  it("needs one pod that meets all terms", () => {
    const [x, y] = [app("x", "web"), testPod("y", {}, { labels: { tier: "front" } })];
    const both = testPod("z", {}, { labels: { app: "web", tier: "front" } });
    const pod = app(
      "p",
      "p",
      near(term("web"), { topologyKey: ZONE, labelSelector: { matchLabels: { tier: "front" } } }),
    );
    expect(reasons(pod, [node("a", "z1", x, y), node("b", "z2", both)])).toEqual([NO_AFFINITY, "fits"]);
  });

  it.each([
    { what: "respects what running pods refuse", label: "web", namespace: "default", says: [EXISTING, "fits"] },
    { what: "ignores refusals of others", label: "db", namespace: "default", says: ["fits", "fits"] },
    { what: "ignores refusals from another namespace", label: "web", namespace: "other", says: ["fits", "fits"] },
  ])("$what", ({ label, namespace, says }) => {
    const hermit = app("h", "hermit", apart(term("web")), { namespace });
    expect(reasons(app("p", label), [node("a", "z1", hermit), node("b", "z2")])).toEqual(says);
  });

  it("respects a running pod that refuses by namespace labels", () => {
    const hermit = app("h", "hermit", apart(term("web", { namespaceSelector: { matchLabels: { team: "b" } } })));
    const nodes = [node("a", "z1", hermit)];
    expect(reasons(app("p", "web", {}, { namespace: "other" }), nodes)).toEqual([EXISTING]);
    expect(reasons(app("p", "web"), nodes)).toEqual(["fits"]);
  });

  it("counts anew when a pod is taken away or added in a what-if", () => {
    const nodes = [node("a", "z1", app("web", "web")), node("b", "z2")] as const;
    const instance = create();
    const cycle = testCycle(app("p", "x", apart(term("web"))), nodes);
    instance.preFilter!(cycle);
    const trial = { ...cycle, state: cycle.state.clone() };
    instance.removePod!(trial, nodes[0].pods[0]!, nodes[0]);
    expect(instance.filter!(trial, nodes[0]).code).toBe("Success");
    expect(instance.filter!(cycle, nodes[0]).code).toBe("Unschedulable");
    instance.addPod!(trial, createPodInfo(app("h", "h", apart(term("x")))), nodes[1]);
    expect(instance.filter!(trial, nodes[1]).reasons).toEqual([EXISTING]);
  });
});

describe("InterPodAffinity as a score", () => {
  const web = term("web");
  it.each([
    {
      what: "a preferred neighbour",
      pod: app("p", "p", preferred("podAffinity", 5, web)),
      there: app("w", "web"),
      scores: [100, 0],
    },
    {
      what: "a preferred stranger",
      pod: app("p", "p", preferred("podAntiAffinity", 5, web)),
      there: app("w", "web"),
      scores: [0, 100],
    },
    {
      what: "a neighbour that prefers it",
      pod: app("p", "web"),
      there: app("w", "w", preferred("podAffinity", 5, web)),
      scores: [100, 0],
    },
    {
      what: "a neighbour that would rather be alone",
      pod: app("p", "web"),
      there: app("w", "w", preferred("podAntiAffinity", 5, web)),
      scores: [0, 100],
    },
    { what: "a neighbour that needs it", pod: app("p", "web"), there: app("w", "w", near(web)), scores: [100, 0] },
    { what: "nobody", pod: app("p", "p"), there: app("w", "web"), scores: undefined },
  ])("looks for $what", ({ pod, there, scores }) => {
    expect(attempt(create(), pod, [node("a", "z1", there), node("b", "z2")]).scores).toEqual(scores);
  });

  it("adds up every matching pod", () => {
    const nodes = [
      node("a", "z1", app("w1", "web"), app("w2", "web")),
      node("b", "z2", app("w3", "web")),
      node("c", "z3"),
    ];
    expect(attempt(create(), app("p", "p", preferred("podAffinity", 5, web)), nodes).scores).toEqual([100, 50, 0]);
  });

  it.each([
    { args: { hardPodAffinityWeight: 0 }, there: app("w", "w", near(web)) },
    { args: { ignorePreferredTermsOfExistingPods: true }, there: app("w", "w", preferred("podAffinity", 5, web)) },
  ])("leaves out what $args says", ({ args, there }) => {
    expect(attempt(create(args), app("p", "web"), [node("a", "z1", there)]).scores).toBeUndefined();
  });
});

describe("InterPodAffinity's hints", () => {
  const [pods, nodes, spaces] = create().eventsToRegister!();
  const friend = createPodInfo(app("p", "p", near(term("web"))));
  const hermit = createPodInfo(app("p", "p", apart(term("web"))));
  const web = app("web", "web");
  const other = app("web", "other");
  it.each([
    { what: "a friend comes", pod: friend, before: undefined, after: web, hint: "Queue" },
    { what: "a stranger comes", pod: friend, before: undefined, after: other, hint: "QueueSkip" },
    { what: "a pod becomes a friend", pod: friend, before: other, after: web, hint: "Queue" },
    {
      what: "a friend comes that has no node",
      pod: friend,
      before: undefined,
      after: testPod("w", {}, { labels: { app: "web" } }),
      hint: "QueueSkip",
    },
    { what: "an enemy goes", pod: hermit, before: web, after: undefined, hint: "Queue" },
    { what: "an enemy changes", pod: hermit, before: web, after: other, hint: "Queue" },
    { what: "an enemy comes", pod: hermit, before: undefined, after: web, hint: "QueueSkip" },
    {
      what: "one that refused it goes",
      pod: createPodInfo(app("p", "p")),
      before: app("h", "h", apart(term("p"))),
      after: undefined,
      hint: "Queue",
    },
    { what: "the pod itself changes", pod: friend, before: friend.pod, after: friend.pod, hint: "Queue" },
  ])("say $hint when $what", ({ pod, before, after, hint }) => expect(pods!.hint!(pod, before, after)).toBe(hint));

  it("look at the topology keys of nodes", () => {
    const [z1, z2, bare] = [node("a", "z1").node, node("a", "z2").node, node("a", undefined).node];
    expect(nodes!.hint!(friend, undefined, bare)).toBe("QueueSkip");
    expect(nodes!.hint!(friend, undefined, z1)).toBe("Queue");
    expect(nodes!.hint!(friend, z1, z2)).toBe("Queue");
    expect(nodes!.hint!(friend, z1, z1)).toBe("QueueSkip");
  });

  it("look at namespaces for pods that select them", () => {
    const selecting = createPodInfo(app("p", "p", near(term("web", { namespaceSelector: {} }))));
    expect(spaces!.hint!(selecting, undefined, namespaces[0] as never)).toBe("Queue");
    expect(spaces!.hint!(friend, undefined, namespaces[0] as never)).toBe("QueueSkip");
  });
});
