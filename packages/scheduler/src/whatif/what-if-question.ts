import { PODS, type Pod } from "@pinnace/api";
import { badRequest } from "@pinnace/apimachinery";
import type { Client } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import { EXPLANATION_VERSION } from "../explain/explanation.ts";
import type { SchedulerInspection } from "../explain/inspection.ts";
import { schedulerNameOf } from "../profile-runtimes.ts";
import { type MissingNodes, missingNodes } from "./missing-nodes.ts";
import { type PodSet, podSetsOf } from "./pods-of.ts";
import { Simulation } from "./simulation.ts";

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
    /** Whether all pods find a node. */
    readonly fits: boolean;
    readonly pods: number;
    readonly placed: number;
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
  /** Why it finds no node. */
  readonly message?: string;
}

interface WhatIfComponents {
  readonly inspection: SchedulerInspection;
  /** Speaks as who asks: pods are sent to the API server as a dry run, so that they get its defaults and admission. */
  readonly client: Client;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Would the pods of these objects fit, where would they go, and how many nodes are missing. Nobody is preempted, extenders
 * are not asked, and nothing is written. Rejects with what the API server says of the pods.
 */
export async function answerWhatIf(
  object: unknown,
  namespace: string,
  { inspection, client, clock, signal }: WhatIfComponents,
): Promise<WhatIfAnswer> {
  const sets = podSetsOf(object, namespace);
  const count = sets.reduce((sum, { names }) => sum + names.length, 0);
  if (count > MOST_PODS) throw badRequest(`the question is about ${count} pods; at most ${MOST_PODS} are answered`);
  const pods = (await Promise.all(sets.map((set) => admitted(set, client, namespace)))).flat();
  const { nodes } = inspection.snapshot();
  const simulate = (): Simulation => new Simulation(nodes, (pod) => inspection.profileOf(schedulerNameOf(pod)), signal);
  const pause = turns(clock, signal);
  const simulation = simulate();
  const placements: WhatIfPlacement[] = [];
  for (const { source, pod } of pods) {
    await pause();
    const placement = simulation.place(pod);
    const where = placement.nodeName === undefined ? { message: placement.message } : { nodeName: placement.nodeName };
    placements.push({ source, pod: pod.metadata?.name ?? "", ...where });
  }
  const placed = placements.filter(({ nodeName }) => nodeName !== undefined).length;
  const fits = placed === count;
  const missing = fits
    ? undefined
    : await missingNodes(
        pods.map(({ pod }) => pod),
        nodes,
        simulate,
        pause,
      );
  return {
    apiVersion: EXPLANATION_VERSION,
    kind: "WhatIf",
    metadata: { namespace },
    status: { fits, pods: count, placed, placements, ...(missing === undefined ? {} : { missingNodes: missing }) },
  };
}

interface Asked {
  readonly source: string;
  readonly pod: Pod;
}

/** The pods as the API server would store them. */
async function admitted({ source, pod, names }: PodSet, client: Client, namespace: string): Promise<readonly Asked[]> {
  if (names.length === 0) return [];
  const stored = await client.resource(PODS).namespace(namespace).create(pod, { dryRun: true });
  return names.map((name) => ({
    source,
    pod: { ...stored, metadata: { ...stored.metadata, name, uid: `what-if-${source}-${name}` } } as unknown as Pod,
  }));
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
