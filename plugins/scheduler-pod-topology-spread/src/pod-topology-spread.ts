import type { Pod } from "@pinnace/api";
import {
  type ClusterReader,
  type Cycle,
  RecentlyUsed,
  type SchedulerPlugin,
  SKIP,
  SUCCESS,
} from "@pinnace/scheduler-framework";
import type { SpreadConstraint } from "./constraint.ts";
import { ConstraintSource, type PodTopologySpreadArgs } from "./default-constraints.ts";
import { filter, filterRows, prepareFilter, recount } from "./filtering.ts";
import { afterNodeChange, afterPodChange } from "./queueing-hints.ts";
import { normalizeScore, prepareScores, score, scoreTable } from "./scoring.ts";
import { SpreadCounts } from "./spread-counts.ts";

type Constraints = readonly SpreadConstraint[];

/** Kinds of pods whose counts are kept. */
const MAX_KINDS = 64;

export function createPodTopologySpread(reader: ClusterReader, args: PodTopologySpreadArgs): SchedulerPlugin {
  const source = new ConstraintSource(reader, args);
  const kept = new RecentlyUsed<SpreadCounts>(MAX_KINDS);
  const countsOf = ({ pod, snapshot }: Cycle, constraints: Constraints, needsAllKeys: boolean): SpreadCounts => {
    const make = (): SpreadCounts => new SpreadCounts(pod.pod, constraints, needsAllKeys);
    const counts = kept.get(kindOf(pod.pod, constraints, needsAllKeys), make, (each) => !each.isOutgrown(snapshot));
    counts.update(snapshot);
    return counts;
  };
  const hard = (pod: Pod) => source.constraintsOf(pod, "DoNotSchedule");
  return {
    preFilter: (cycle) => {
      const constraints = hard(cycle.pod.pod);
      if (constraints.length === 0) return { status: SKIP };
      prepareFilter(cycle, constraints, countsOf(cycle, constraints, true));
      return { status: SUCCESS };
    },
    filter,
    filterRows,
    addPod: (cycle, added, node) => recount(cycle, added, node, 1),
    removePod: (cycle, removed, node) => recount(cycle, removed, node, -1),
    preScore: (cycle, nodes, rows) => {
      const { pod } = cycle.pod;
      const constraints = source.constraintsOf(pod, "ScheduleAnyway");
      if (constraints.length === 0) return SKIP;
      // Under the system's defaults a node without a zone is still spread over by its name.
      const needsAllKeys = (pod.spec?.topologySpreadConstraints ?? []).length > 0 || !source.isSystem;
      const counts = countsOf(cycle, constraints, needsAllKeys);
      prepareScores(cycle, { nodes, rows }, constraints, needsAllKeys, counts);
      return SUCCESS;
    },
    score,
    scoreTable,
    normalizeScore,
    eventsToRegister: () => [
      { event: { resource: "Pod", actions: ["Add", "UpdatePodLabel", "Delete"] }, hint: afterPodChange(hard) },
      {
        event: { resource: "Node", actions: ["Add", "Delete", "UpdateNodeLabel", "UpdateNodeTaint"] },
        hint: afterNodeChange(hard),
      },
    ],
  };
}

/** What a pod's counts depend on besides the nodes, as a text. */
function kindOf({ metadata, spec }: Pod, constraints: readonly SpreadConstraint[], needsAllKeys: boolean): string {
  return JSON.stringify([
    metadata?.namespace,
    needsAllKeys,
    constraints.map(({ topologyKey, selector, honorsAffinity, honorsTaints }) => [
      topologyKey,
      selector.matches(undefined),
      selector.requirements,
      honorsAffinity && [spec?.nodeSelector, spec?.affinity?.nodeAffinity],
      honorsTaints && spec?.tolerations,
    ]),
  ]);
}
