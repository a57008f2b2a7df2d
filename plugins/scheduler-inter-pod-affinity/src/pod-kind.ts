import type { Pod } from "@pinnace/api";
import type { AffinityTerm } from "./affinity-term.ts";

/** Kinds of pods whose counts are kept. */
export const MAX_KINDS = 64;

/** What a pod's counts depend on besides the nodes: its namespace and labels, and some terms. As a text. */
export function kindOf(
  { metadata }: Pod,
  namespaceLabels: Readonly<Record<string, string>>,
  terms: readonly unknown[],
): string {
  return JSON.stringify([metadata?.namespace, metadata?.labels, namespaceLabels, ...terms]);
}

/** The namespaces that selectors of terms select now; nothing for terms without. */
export function selectedNamespaces(
  terms: readonly AffinityTerm[],
  resolved: readonly AffinityTerm[],
): readonly (readonly string[])[] {
  return resolved.filter((term, index) => term !== terms[index]).map(({ namespaces }) => [...namespaces]);
}
