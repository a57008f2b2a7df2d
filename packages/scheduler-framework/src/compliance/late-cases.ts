import type { KubernetesObject } from "@pinnace/apimachinery";
import { createPodInfo } from "../cluster/pod-info.ts";
import type { ClusterEventWithHint } from "../contract/events.ts";
import type { Cycle, SchedulerPlugin } from "../contract/points.ts";
import type { StatusCode } from "../contract/status.ts";
import { type ComplianceCase, check, PODS, someNodes } from "./cases.ts";
import { testCycle, testNode, testPod } from "./fixtures.ts";

const RESERVE_CODES: readonly StatusCode[] = [
  "Success",
  "Unschedulable",
  "UnschedulableAndUnresolvable",
  "Pending",
  "Error",
];
const PERMIT_CODES: readonly StatusCode[] = [
  "Success",
  "Wait",
  "Unschedulable",
  "UnschedulableAndUnresolvable",
  "Error",
];

/** How many turns something may take that is told to end. */
const TURNS = 1_000;

/** Calls `use` for each pod that gets past PreFilter and Filter on the first node. */
async function forEveryPlacement(
  make: () => SchedulerPlugin,
  signal: AbortSignal,
  use: (plugin: SchedulerPlugin, cycle: Cycle, nodeName: string) => void | Promise<void>,
): Promise<void> {
  for (const pod of PODS) {
    const [plugin, nodes] = [make(), someNodes()];
    const cycle = testCycle(pod, nodes, signal);
    const preFilter = plugin.preFilter?.(cycle).status.code ?? "Success";
    if (preFilter !== "Success" && preFilter !== "Skip") continue;
    const [node] = nodes;
    if (preFilter === "Success" && plugin.filter !== undefined && plugin.filter(cycle, node!).code !== "Success")
      continue;
    await use(plugin, cycle, node!.name);
  }
}

/** Whether a promise settles within some turns of the microtask queue; how does not matter. */
async function settles(work: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const end = (): void => {
    settled = true;
  };
  work.then(end, end);
  for (let turn = 0; turn < TURNS && !settled; turn += 1) await Promise.resolve();
  return settled;
}

/** Objects of a kind before and after a change, as far as fixtures have any. */
function changes({
  event,
}: ClusterEventWithHint): readonly (readonly [KubernetesObject | undefined, KubernetesObject | undefined])[] {
  const isPod = ["Pod", "AssignedPod", "UnscheduledPod"].includes(event.resource);
  if (!isPod && event.resource !== "Node") return [];
  const [before, after] = isPod
    ? [testPod("other"), testPod("other", {}, { labels: { app: "a" } })]
    : [testNode("plain"), testNode("plain", { labels: { disk: "ssd" } })];
  return [
    [undefined, after],
    [before, after],
    [before, undefined],
  ];
}

/** What comes after the choice of a node, and what brings a pod back. */
export const LATE_CASES: readonly ComplianceCase[] = [
  {
    name: "Reserve answers a legal status, and Unreserve may be called twice, also without Reserve",
    run: (make) =>
      forEveryPlacement(make, new AbortController().signal, async (plugin, cycle, nodeName) => {
        await plugin.unreserve?.(cycle, nodeName);
        const status = await plugin.reserve?.(cycle, nodeName);
        check(status === undefined || RESERVE_CODES.includes(status.code), `Reserve: ${status?.code}`);
        await plugin.unreserve?.(cycle, nodeName);
        await plugin.unreserve?.(cycle, nodeName);
      }),
  },
  {
    name: "Permit answers a legal status, and waits for a time that is no less than nothing",
    run: (make) =>
      forEveryPlacement(make, new AbortController().signal, async (plugin, cycle, nodeName) => {
        await plugin.reserve?.(cycle, nodeName);
        const { status, timeout = 0 } = plugin.permit?.(cycle, nodeName) ?? {};
        check(status === undefined || PERMIT_CODES.includes(status.code), `Permit: ${status?.code}`);
        check(timeout >= 0, `Permit waits ${timeout}`);
        await plugin.unreserve?.(cycle, nodeName);
      }),
  },
  {
    name: "PreBind and Bind end when the attempt is given up",
    run: (make) =>
      forEveryPlacement(make, AbortSignal.abort(new Error("given up")), async (plugin, cycle, nodeName) => {
        await plugin.reserve?.(cycle, nodeName);
        for (const point of ["preBind", "bind"] as const) {
          const work = plugin[point]?.(cycle, nodeName);
          check(work === undefined || (await settles(work)), `${point} goes on after the attempt was given up`);
        }
        await plugin.unreserve?.(cycle, nodeName);
      }),
  },
  {
    name: "queueing hints answer Queue or QueueSkip for what came, changed and went",
    run: (make) => {
      for (const registered of make().eventsToRegister?.() ?? []) {
        const { hint } = registered;
        if (hint === undefined) continue;
        for (const [before, after] of changes(registered)) {
          const answers = PODS.map((pod) => hint(createPodInfo(pod), before, after));
          for (const answer of answers) check(answer === "Queue" || answer === "QueueSkip", `a hint says ${answer}`);
        }
      }
    },
  },
];
