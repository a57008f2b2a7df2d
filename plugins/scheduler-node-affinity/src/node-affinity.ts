import type { Node, NodeAffinity, Pod } from "@pinnace/api";
import {
  type Cycle,
  matchesNodeAffinity,
  matchesTerm,
  type PreFilterResult,
  type SchedulerPlugin,
  SKIP,
  SUCCESS,
  scaledScores,
  unresolvable,
} from "@pinnace/scheduler-framework";

/** The plugin's configuration (NodeAffinityArgs). */
export interface NodeAffinityArgs {
  /** Added to the affinity of every pod. */
  readonly addedAffinity?: NodeAffinity;
}

const REJECTED = unresolvable("node(s) didn't match Pod's node affinity/selector");
const REJECTED_BY_PROFILE = unresolvable("node(s) didn't match scheduler-enforced node affinity");

/** Names that the affinity pins the pod to by `metadata.name`, when every term does. */
function pinnedNames(pod: Pod): ReadonlySet<string> | undefined {
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined || terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const pin = matchFields.filter(({ key, operator }) => key === "metadata.name" && operator === "In");
    if (pin.length === 0) return undefined;
    const [first, ...others] = pin.map(({ values }) => new Set(values ?? []));
    const common = others.reduce((all, each) => all.intersection(each), first!);
    for (const name of common) names.add(name);
  }
  return names;
}

function preFilter({ pod }: Cycle, hasAdded: boolean): PreFilterResult {
  const { spec } = pod.pod;
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const selects = required !== undefined || Object.keys(spec?.nodeSelector ?? {}).length > 0;
  if (!selects && !hasAdded) return { status: SKIP };
  const nodeNames = pinnedNames(pod.pod);
  if (nodeNames === undefined) return { status: SUCCESS };
  return nodeNames.size === 0
    ? { status: unresolvable("pod affinity terms conflict") }
    : { status: SUCCESS, nodeNames };
}

const preferredOf = (affinity: NodeAffinity | undefined) =>
  affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];

function weightOf(affinity: NodeAffinity | undefined, node: Node): number {
  let sum = 0;
  for (const { weight, preference } of preferredOf(affinity)) {
    const empty = !preference.matchExpressions?.length && !preference.matchFields?.length;
    if (!empty && matchesTerm(node, preference)) sum += weight;
  }
  return sum;
}

const textOf = (value: object | undefined): string => (value === undefined ? "" : JSON.stringify(value));

export function createNodeAffinity({ addedAffinity }: NodeAffinityArgs): SchedulerPlugin {
  const required = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return {
    preFilter: (cycle) => preFilter(cycle, required !== undefined),
    filter: ({ pod }, { node }) => {
      if (required !== undefined && !required.some((term) => matchesTerm(node, term))) return REJECTED_BY_PROFILE;
      return matchesNodeAffinity(pod.pod, node) ? SUCCESS : REJECTED;
    },
    preScore: ({ pod }) => {
      const own = preferredOf(pod.pod.spec?.affinity?.nodeAffinity);
      return own.length + preferredOf(addedAffinity).length === 0 ? SKIP : SUCCESS;
    },
    score: ({ pod }, { node }) => weightOf(pod.pod.spec?.affinity?.nodeAffinity, node) + weightOf(addedAffinity, node),
    normalizeScore: (_cycle, scores) => scaledScores(scores),
    signPod: ({ pod: { pod } }) => [
      { key: "spec.nodeSelector", value: textOf(pod.spec?.nodeSelector) },
      { key: "spec.affinity.nodeAffinity", value: textOf(pod.spec?.affinity?.nodeAffinity) },
    ],
    eventsToRegister: () => [{ event: { resource: "Node", actions: ["Add", "UpdateNodeLabel"] } }],
  };
}
