import type { Pod } from "@pinnace/api";
import { matchNothing } from "@pinnace/apimachinery";
import type { ClusterReader, QueueingHintFunction } from "@pinnace/scheduler-framework";
import { matchesAllTerms, namespaceLabelsOf, resolveNamespaces, termMatches, termsOf } from "./affinity-term.ts";

/** A pod came, went or was relabelled such that a required term of the pod, or of that pod, is met differently. */
export function afterPodChange(reader: ClusterReader): QueueingHintFunction {
  return ({ pod }, before, after) => {
    const [old, now] = [before as Pod | undefined, after as Pod | undefined];
    const changed = now ?? old;
    if (changed?.metadata?.uid === pod.metadata?.uid) return "Queue";
    if (!changed?.spec?.nodeName) return "QueueSkip";
    const terms = termsOf(pod);
    const affinity = resolveNamespaces(terms.requiredAffinity, reader);
    const meets = (each: Pod | undefined): boolean => each !== undefined && matchesAllTerms(affinity, each);
    if (!meets(old) && meets(now)) return "Queue";
    // With the last such pod gone, the pod may be the first of its group.
    if (now === undefined && meets(old) && meets(pod)) return "Queue";
    const antiAffinity = resolveNamespaces(terms.requiredAntiAffinity, reader);
    if (old !== undefined && antiAffinity.some((term) => termMatches(term, old) && !(now && termMatches(term, now)))) {
      return "Queue";
    }
    return now === undefined && old !== undefined && refuses(old, pod, reader) ? "Queue" : "QueueSkip";
  };
}

function refuses(existing: Pod, pod: Pod, reader: ClusterReader): boolean {
  const labels = namespaceLabelsOf(pod, reader);
  return termsOf(existing).requiredAntiAffinity.some((term) => termMatches(term, pod, labels));
}

/** A node came, or moved to another domain of a required term. */
export const afterNodeChange: QueueingHintFunction = ({ pod }, before, after) => {
  const { requiredAffinity, requiredAntiAffinity } = termsOf(pod);
  const labels = after?.metadata?.labels ?? {};
  if (requiredAffinity.some(({ topologyKey }) => labels[topologyKey] === undefined)) return "QueueSkip";
  if (before === undefined) return "Queue";
  const terms = [...requiredAffinity, ...requiredAntiAffinity];
  const moved = terms.some(({ topologyKey }) => before.metadata?.labels?.[topologyKey] !== labels[topologyKey]);
  return terms.length === 0 || moved ? "Queue" : "QueueSkip";
};

/** A namespace came or was relabelled: terms with a namespace selector may be met differently. */
export const afterNamespaceChange: QueueingHintFunction = ({ pod }) => {
  const { requiredAffinity, requiredAntiAffinity } = termsOf(pod);
  const selects = [...requiredAffinity, ...requiredAntiAffinity].some(
    ({ namespaceSelector }) => namespaceSelector !== matchNothing,
  );
  return selects ? "Queue" : "QueueSkip";
};
