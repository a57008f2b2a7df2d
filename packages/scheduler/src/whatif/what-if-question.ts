import { PODS, type Pod } from "@pinnace/api";
import { badRequest } from "@pinnace/apimachinery";
import type { Client } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import { priorityOf } from "@pinnace/scheduler-framework";
import { EXPLANATION_VERSION } from "../explain/explanation.ts";
import type { SchedulerInspection } from "../explain/inspection.ts";
import { supposedClaims } from "./claims-of.ts";
import { type MissingNodes, missingNodes } from "./missing-nodes.ts";
import { claimsByName, type PodSet, podSetsOf, withClaims } from "./pods-of.ts";
import { type Placement, type SimulatedPod, Simulation } from "./simulation.ts";

/** Pods that one question may be about. */
const MOST_PODS = 1_000;
/** Milliseconds that a question works before it lets others have a turn. */
const TURN = 5;

/** What would come of some objects (`WhatIf` of `scheduling.pinnace.dev/v1`). */
export interface WhatIfAnswer {
  readonly apiVersion: typeof EXPLANATION_VERSION;
  readonly kind: "WhatIf";
  readonly metadata: { readonly namespace: string };
  readonly status: {
    /** Whether all pods find a node, be it that others leave. */
    readonly fits: boolean;
    readonly pods: number;
    readonly placed: number;
    /** How many pods of others would be evicted. */
    readonly evicted: number;
    /** In the order in which they were placed. */
    readonly placements: readonly WhatIfPlacement[];
    /** How many more nodes would do, for each kind of node that helps; empty when none does. Absent when all fits. */
    readonly missingNodes?: readonly MissingNodes[];
  };
}

export interface WhatIfPlacement {
  /** `Deployment web`. */
  readonly source: string;
  readonly pod: string;
  readonly nodeName?: string;
  /** Who would have to leave for it. */
  readonly evicts?: readonly EvictedPod[];
  /** How many of them a PodDisruptionBudget protects. */
  readonly violatedBudgets?: number;
  /** Why it finds no node. */
  readonly message?: string;
}

export interface EvictedPod {
  readonly namespace: string;
  readonly name: string;
  readonly priority: number;
}

interface WhatIfComponents {
  readonly inspection: SchedulerInspection;
  /** Speaks as who asks: pods are sent to the API server as a dry run, so that they get its defaults and admission. */
  readonly client: Client;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Would the pods of these objects fit, where would they go, who would have to leave for them, and how many nodes are missing.
 * Nothing is written and nobody is evicted. The pods of a high priority come first. Rejects with what the API server says of
 * the pods.
 */
export async function answerWhatIf(
  object: unknown,
  namespace: string,
  { inspection, client, clock, signal }: WhatIfComponents,
): Promise<WhatIfAnswer> {
  const sets = podSetsOf(object, namespace);
  const count = sets.reduce((sum, { names }) => sum + names.length, 0);
  if (count > MOST_PODS) throw badRequest(`the question is about ${count} pods; at most ${MOST_PODS} are answered`);
  const asked = (await Promise.all(sets.map((set) => admitted(set, client, namespace, inspection)))).flat();
  const pods = asked.sort((a, b) => priorityOf(b.pod) - priorityOf(a.pod));
  const { nodes } = inspection.snapshot();
  const pause = turns(clock, signal);
  const simulate = (): Simulation => new Simulation(nodes, { inspection, now: () => clock.now(), signal, pause });
  const placements = await placeAll(pods, simulate(), pause);
  const placed = placements.filter(({ nodeName }) => nodeName !== undefined).length;
  const evicted = placements.reduce((sum, { evicts = [] }) => sum + evicts.length, 0);
  const fits = placed === count;
  const missing = fits ? undefined : await missingNodes(pods, nodes, simulate, pause);
  return {
    apiVersion: EXPLANATION_VERSION,
    kind: "WhatIf",
    metadata: { namespace },
    status: {
      ...{ fits, pods: count, placed, evicted, placements },
      ...(missing === undefined ? {} : { missingNodes: missing }),
    },
  };
}

async function placeAll(
  pods: readonly SimulatedPod[],
  simulation: Simulation,
  pause: () => Promise<void>,
): Promise<readonly WhatIfPlacement[]> {
  const placements: WhatIfPlacement[] = [];
  for (const each of pods) {
    await pause();
    const { kind, pod } = each;
    placements.push({ source: kind, pod: pod.metadata?.name ?? "", ...described(await simulation.place(each)) });
  }
  return placements;
}

function described(placement: Placement): Partial<WhatIfPlacement> {
  if (placement.nodeName === undefined) return { message: placement.message };
  const { nodeName, evicted, violations } = placement;
  if (evicted.length === 0) return { nodeName };
  const evicts = evicted.map((pod) => {
    const { namespace = "", name = "" } = pod.metadata ?? {};
    return { namespace, name, priority: priorityOf(pod) };
  });
  return { nodeName, evicts, ...(violations === 0 ? {} : { violatedBudgets: violations }) };
}

/** The pods as the API server would store them, with the claims that would be made for them. */
async function admitted(
  set: PodSet,
  client: Client,
  namespace: string,
  { reader }: SchedulerInspection,
): Promise<readonly SimulatedPod[]> {
  const { source, names } = set;
  if (names.length === 0) return [];
  const stored = await client.resource(PODS).namespace(namespace).create(set.pod, { dryRun: true });
  return names.map((name) => {
    const metadata = { ...stored.metadata, name, uid: `what-if-${source}-${name}` };
    const pod = withClaims({ ...stored, metadata } as unknown as Pod, set);
    return { pod, kind: source, supposed: supposedClaims(pod, claimsByName(set, name), reader) };
  });
}

/** Lets others have a turn when this one has lasted. */
function turns(clock: Clock, signal: AbortSignal): () => Promise<void> {
  let started = clock.now();
  return async () => {
    signal.throwIfAborted();
    if (clock.now() - started < TURN) return;
    await clock.sleep(0, signal);
    started = clock.now();
  };
}
