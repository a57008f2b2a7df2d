import type { Node, Pod, PodDisruptionBudget } from "@pinnace/api";
import { createVirtualClock } from "@pinnace/clock";
import {
  type ClusterReader,
  type Cycle,
  createCycleState,
  createNodeInfo,
  createPodInfo,
  createSnapshot,
  type NodeInfo,
  type Profile,
  type SchedulerComponents,
  type SchedulerPlugin,
  withPod,
} from "@pinnace/scheduler-framework";
import { testComponents, testNode, testPod, testReader } from "@pinnace/scheduler-framework/compliance";
import fc from "fast-check";
import { findNode } from "../src/find-node.ts";
import { Nominations } from "../src/nominations.ts";
import { WhatIf } from "../src/what-if.ts";
import { defaultPlugins, newProfile } from "./default-profile.ts";

/** Random clusters without room for a pod, what DefaultPreemption does about it, and what it must not do. */

const ZONE = "topology.kubernetes.io/zone";
const START = Date.UTC(2026, 0, 1);
const APPS = ["a", "b", "c"];

/** A pod that is there, and the node (by number) where it is. */
interface Resident {
  readonly node: number;
  readonly cpu: number;
  readonly priority: number;
  readonly app: string;
  readonly hasPort: boolean;
  /** Seconds after {@link START}. */
  readonly started: number;
}

interface Wanted {
  readonly cpu: number;
  readonly priority: number;
  readonly hasPort: boolean;
  /** Stays away from pods of an app, on the node or in the zone. */
  readonly apart: { readonly app: string; readonly topologyKey: string } | undefined;
  /** Pods of `app` may differ by one between zones. */
  readonly spread: string | undefined;
}

export interface Situation {
  readonly nodes: readonly { readonly cpu: number; readonly zone: string }[];
  readonly residents: readonly Resident[];
  readonly budgets: readonly { readonly app: string; readonly allowed: number }[];
  readonly wanted: Wanted;
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const app = fc.constantFrom(...APPS);
const priority = fc.constantFrom(-5, 0, 0, 10, 10, 20);

export const situations: fc.Arbitrary<Situation> = fc.record({
  nodes: fc.array(fc.record({ cpu: fc.constantFrom(1, 2, 3), zone: fc.constantFrom("z1", "z2") }), {
    minLength: 1,
    maxLength: 4,
  }),
  residents: fc.array(
    fc.record({
      ...{ node: fc.nat(3), cpu: fc.constantFrom(200, 500, 1_000), priority, app },
      ...{ hasPort: fc.boolean(), started: fc.nat(3) },
    }),
    { maxLength: 14 },
  ),
  budgets: fc.array(fc.record({ app, allowed: fc.nat(2) }), { maxLength: 2 }),
  wanted: fc.record({
    ...{ cpu: fc.constantFrom(200, 800, 1_500), priority, hasPort: fc.boolean() },
    apart: maybe(fc.record({ app, topologyKey: fc.constantFrom(ZONE, "kubernetes.io/hostname") })),
    spread: maybe(app),
  }),
});

/** How a plugin can be broken: its components, or itself. */
export interface Mutation {
  components?(components: SchedulerComponents): SchedulerComponents;
  plugin?(plugin: SchedulerPlugin): SchedulerPlugin;
}

/** A law that does not hold, with what shows it. */
export interface Breach {
  readonly law: "priority" | "budget" | "order" | "least" | "fits" | "help";
  readonly what: string;
}

interface Remedy {
  readonly nodeName: string;
  readonly victims: readonly Pod[];
  readonly violations: number;
}

/** What preemption does in a situation, held against the laws; undefined where the pod fits as it is. */
export async function breachesOf(
  situation: Situation,
  mutation: Mutation = {},
): Promise<readonly Breach[] | undefined> {
  const table = new Board(situation);
  const profile = newProfile({ schedulerName: "default-scheduler" }, table.reader);
  const cycle = table.cycle();
  const nominations = new Nominations();
  const options = { profile, nominations, percentage: 100, startIndex: 0, random: () => 0 };
  const found = findNode(cycle, options);
  if (found.type !== "unschedulable") return undefined;
  const filters = new WhatIf(() => profile, nominations);
  filters.register(cycle, found.preFilter.skipped);
  const evicted: Pod[] = [];
  const components = testComponents({
    reader: table.reader,
    filters,
    clock: createVirtualClock({ start: START + 60_000 }),
    writer: { ...testComponents().writer, preempt: async (victim) => void evicted.push(victim) },
  });
  const made = defaultPlugins.create<SchedulerPlugin>(
    "pinnace.scheduler.v1",
    "DefaultPreemption",
    mutation.components?.(components) ?? components,
    undefined,
  );
  const plugin = mutation.plugin?.(made) ?? made;
  const { nominatedNode = "" } = await plugin.postFilter!(cycle, found.diagnosis.rejections);
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  return judge(table, nominatedNode, evicted);
}

function judge(board: Board, nominated: string, evicted: readonly Pod[]): readonly Breach[] {
  const remedies = board.remedies();
  if (nominated === "") {
    if (evicted.length > 0) return [{ law: "help", what: "pods are evicted, and no node is nominated" }];
    return remedies.length === 0 ? [] : [{ law: "help", what: `${remedies[0]!.nodeName} could be made free` }];
  }
  const breaches: Breach[] = [];
  const own = priorityOf(board.pod);
  const strong = evicted.filter((pod) => priorityOf(pod) >= own);
  if (strong.length > 0) breaches.push({ law: "priority", what: `${names(strong)} are not less important` });
  if (!board.fitsWithout(nominated, new Set(evicted))) {
    breaches.push({ law: "fits", what: `the pod does not fit on ${nominated} without ${names(evicted)}` });
  }
  const needless = evicted.filter((pod) => board.fitsWithout(nominated, new Set(evicted.filter((one) => one !== pod))));
  if (needless.length > 0) breaches.push({ law: "least", what: `${names(needless)} need not go` });
  const violations = board.violating(board.weaker(nominated)).filter((pod) => evicted.includes(pod)).length;
  const harmless = remedies.find((remedy) => remedy.violations === 0);
  if (violations > 0 && harmless !== undefined) {
    breaches.push({
      law: "budget",
      what: `a budget is violated on ${nominated} and need not be on ${harmless.nodeName}`,
    });
  }
  const cost = costsOf({ nodeName: nominated, victims: evicted, violations });
  const better = remedies.find((remedy) => isLess(costsOf(remedy), cost));
  if (better !== undefined) {
    breaches.push({ law: "order", what: `${better.nodeName} without ${names(better.victims)} costs less` });
  }
  return breaches;
}

/** In the order in which they decide; see "Preemption" in Kubernetes' documentation of pickOneNodeForPreemption. */
function costsOf({ victims, violations }: Remedy): readonly number[] {
  const priorities = victims.map(priorityOf);
  const highest = Math.max(...priorities);
  const starts = victims.filter((pod) => priorityOf(pod) === highest).map(startOf);
  // 2^31 is added to each so that fewer victims never cost more.
  const sum = priorities.reduce((total, each) => total + each + 2 ** 31, 0);
  return [violations, highest, sum, victims.length, -Math.min(...starts)];
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && a[at]! < b[at]!;
}

/** A situation as objects. Each question is answered by the filters of new plugins on a cluster put together anew. */
class Board {
  readonly pod: Pod;
  readonly reader: ClusterReader;
  readonly #nodes: readonly Node[];
  readonly #residents = new Map<string, Pod[]>();
  readonly #budgets: readonly PodDisruptionBudget[];

  constructor({ nodes, residents, budgets, wanted }: Situation) {
    this.#nodes = nodes.map(({ cpu, zone }, index) =>
      testNode(`n${index}`, { labels: { [ZONE]: zone }, status: { allocatable: { cpu: `${cpu}`, pods: "110" } } }),
    );
    this.#budgets = budgets.map(
      ({ app: name, allowed }, index) =>
        ({
          metadata: { name: `budget-${index}`, namespace: "default" },
          spec: { selector: { matchLabels: { app: name } } },
          status: { disruptionsAllowed: allowed },
        }) as unknown as PodDisruptionBudget,
    );
    this.pod = wantedPod(wanted);
    for (const { name } of this.#nodes.map(({ metadata }) => ({ name: metadata!.name! })))
      this.#residents.set(name, []);
    for (const [index, resident] of residents.entries()) this.#settle(resident, index);
    const pods = [...this.#residents.values()].flat();
    this.reader = testReader({ pods: [...pods, this.pod], poddisruptionbudgets: this.#budgets });
  }

  /** Puts a pod on its node where there is room for it. */
  #settle({ node, cpu, priority: own, app: name, hasPort, started }: Resident, index: number): void {
    const nodeName = `n${node}`;
    const there = this.#residents.get(nodeName);
    const of = this.#nodes[node];
    if (there === undefined || of === undefined) return;
    const info = createNodeInfo(of);
    const used = there.reduce((sum, pod) => sum + createPodInfo(pod).requests.milliCpu, 0);
    const isTaken = hasPort && there.some((pod) => createPodInfo(pod).hostPorts.length > 0);
    if (used + cpu > info.allocatable.milliCpu || isTaken) return;
    const pod = testPod(
      `r${index}`,
      { nodeName, priority: own, containers: [container(cpu, hasPort)] },
      { labels: { app: name } },
    );
    const startTime = new Date(START + started * 1_000).toISOString();
    there.push({ ...pod, status: { phase: "Running", startTime } } as Pod);
  }

  cycle(without: ReadonlySet<Pod> = new Set()): Cycle {
    const infos = this.#nodes.map((node): NodeInfo => {
      const pods = this.#residents.get(node.metadata!.name!)!.filter((pod) => !without.has(pod));
      return pods.reduce((info, pod) => withPod(info, createPodInfo(pod)), createNodeInfo(node));
    });
    return {
      state: createCycleState(),
      pod: createPodInfo(this.pod),
      snapshot: createSnapshot(1, infos),
      signal: new AbortController().signal,
    };
  }

  fitsWithout(nodeName: string, without: ReadonlySet<Pod>): boolean {
    const cycle = this.cycle(without);
    const profile: Profile = newProfile({ schedulerName: "default-scheduler" }, this.reader);
    const { status, skipped } = profile.runPreFilter(cycle);
    if (status.code !== "Success") return false;
    return profile.runFilters(cycle, cycle.snapshot.get(nodeName)!, skipped).code === "Success";
  }

  /** The pods of a node that may go, the most important first. */
  weaker(nodeName: string): readonly Pod[] {
    const own = priorityOf(this.pod);
    return this.#residents
      .get(nodeName)!
      .filter((pod) => priorityOf(pod) < own)
      .sort((a, b) => priorityOf(b) - priorityOf(a) || startOf(a) - startOf(b));
  }

  /** Those beyond what a budget allows, when they leave one after the other. */
  violating(pods: readonly Pod[]): readonly Pod[] {
    return pods.filter((pod, index) =>
      this.#budgets.some(({ spec, status }) => {
        const selected = (one: Pod): boolean => one.metadata?.labels?.app === spec?.selector?.matchLabels?.app;
        return selected(pod) && pods.slice(0, index + 1).filter(selected).length > (status?.disruptionsAllowed ?? 0);
      }),
    );
  }

  /** For each node that can be made free: who has to go, when all go and come back one by one. */
  remedies(): readonly Remedy[] {
    return this.#nodes.flatMap(({ metadata }) => {
      const nodeName = metadata!.name!;
      const weaker = this.weaker(nodeName);
      if (weaker.length === 0 || !this.fitsWithout(nodeName, new Set(weaker))) return [];
      const violating = this.violating(weaker);
      const gone = new Set(weaker);
      for (const pod of [...violating, ...weaker.filter((one) => !violating.includes(one))]) {
        gone.delete(pod);
        if (!this.fitsWithout(nodeName, gone)) gone.add(pod);
      }
      return [{ nodeName, victims: [...gone], violations: violating.filter((pod) => gone.has(pod)).length }];
    });
  }
}

function wantedPod({ cpu, priority: own, hasPort, apart, spread }: Wanted): Pod {
  const terms = apart === undefined ? [] : [{ labelSelector: { matchLabels: { app: apart.app } }, ...apart }];
  const required = terms.map(({ labelSelector, topologyKey }) => ({ labelSelector, topologyKey }));
  const constraint = { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: "DoNotSchedule" };
  return testPod(
    "wanted",
    {
      priority: own,
      containers: [container(cpu, hasPort)],
      ...(required.length === 0
        ? {}
        : { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } }),
      ...(spread === undefined
        ? {}
        : { topologySpreadConstraints: [{ ...constraint, labelSelector: { matchLabels: { app: spread } } }] }),
    },
    { labels: { app: spread ?? "a" } },
  );
}

const container = (cpu: number, hasPort: boolean): object => ({
  name: "main",
  resources: { requests: { cpu: `${cpu}m` } },
  ...(hasPort ? { ports: [{ containerPort: 80, hostPort: 80, protocol: "TCP" }] } : {}),
});

const priorityOf = ({ spec }: Pod): number => spec?.priority ?? 0;
const startOf = ({ status }: Pod): number => Date.parse(status?.startTime ?? "");
const names = (pods: readonly Pod[]): string => pods.map(({ metadata }) => metadata?.name).join(", ");
