import type { Draft } from "@pinnace/apimachinery";
import { type LevelVersion, textOf, violationsOf } from "./policy.ts";

/** Upstream looks at no more pods than that when a namespace is labelled. */
const MOST_PODS = 3000;

/** What labelling a namespace warns about: each set of violated controls once, with the first pod that has them. */
export function existingPodWarnings(namespace: string, pods: readonly Draft[], level: LevelVersion): readonly string[] {
  const found = new Map<string, { readonly first: string; others: number }>();
  for (const pod of byName(pods).slice(0, MOST_PODS)) {
    const reasons = violationsOf(pod, level)
      .map(({ reason }) => reason)
      .join(", ");
    if (reasons === "") continue;
    const known = found.get(reasons);
    if (known === undefined) found.set(reasons, { first: pod.metadata.name, others: 0 });
    else known.others++;
  }
  if (found.size === 0) return [];
  const heading = `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${JSON.stringify(textOf(level))}`;
  const lines = [...found].map(([reasons, { first, others }]) => `${first}${andOthers(others)}: ${reasons}`);
  return [heading, ...lines.sort()];
}

function byName(pods: readonly Draft[]): readonly Draft[] {
  return [...pods].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function andOthers(count: number): string {
  return count === 0 ? "" : ` (and ${count} other ${count === 1 ? "pod" : "pods"})`;
}
