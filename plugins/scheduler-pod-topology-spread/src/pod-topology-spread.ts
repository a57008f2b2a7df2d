import { type ClusterReader, type SchedulerPlugin, SKIP, SUCCESS } from "@pinnace/scheduler-framework";
import { ConstraintSource, type PodTopologySpreadArgs } from "./default-constraints.ts";
import { countDomains, filter, recount } from "./filtering.ts";
import { afterNodeChange, afterPodChange } from "./queueing-hints.ts";
import { normalizeScore, prepareScores, score } from "./scoring.ts";

export function createPodTopologySpread(reader: ClusterReader, args: PodTopologySpreadArgs): SchedulerPlugin {
  const source = new ConstraintSource(reader, args);
  const hard = (pod: Parameters<ConstraintSource["constraintsOf"]>[0]) => source.constraintsOf(pod, "DoNotSchedule");
  return {
    preFilter: (cycle) => {
      const constraints = hard(cycle.pod.pod);
      if (constraints.length === 0) return { status: SKIP };
      countDomains(cycle, constraints);
      return { status: SUCCESS };
    },
    filter,
    addPod: (cycle, added, node) => recount(cycle, added, node, 1),
    removePod: (cycle, removed, node) => recount(cycle, removed, node, -1),
    preScore: (cycle, nodes) => {
      const constraints = source.constraintsOf(cycle.pod.pod, "ScheduleAnyway");
      if (constraints.length === 0) return SKIP;
      // Under the system's defaults a node without a zone is still spread over by its name.
      const hasOwn = (cycle.pod.pod.spec?.topologySpreadConstraints ?? []).length > 0;
      prepareScores(cycle, nodes, constraints, hasOwn || !source.isSystem);
      return SUCCESS;
    },
    score,
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
