import { NAMESPACES, type Pod, type PodAffinityTerm } from "@pinnace/api";
import { type LabelMatcher, labelMatcher, matchNothing } from "@pinnace/apimachinery";
import type { ClusterReader } from "@pinnace/scheduler-framework";

type Labels = Readonly<Record<string, string>> | undefined;
type Selector = Parameters<typeof labelMatcher>[0];

/** A term with its selectors compiled. */
export interface AffinityTerm {
  readonly topologyKey: string;
  readonly selector: LabelMatcher;
  readonly namespaces: ReadonlySet<string>;
  /** Over the labels of namespaces, in addition to `namespaces`. */
  readonly namespaceSelector: LabelMatcher;
}

/** A preferred term; negative for anti-affinity. */
export interface WeightedTerm extends AffinityTerm {
  readonly weight: number;
}

/** The terms of one pod, each kind in its order. */
interface PodTerms {
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferred: readonly WeightedTerm[];
}

/** Objects are frozen: the terms of a pod are compiled once. */
const COMPILED = new WeakMap<Pod, PodTerms>();

export function termsOf(pod: Pod): PodTerms {
  let terms = COMPILED.get(pod);
  if (terms === undefined) {
    terms = compile(pod);
    COMPILED.set(pod, terms);
  }
  return terms;
}

function compile(pod: Pod): PodTerms {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
  const own = new Set([pod.metadata?.namespace ?? ""]);
  const term = (each: PodAffinityTerm): AffinityTerm => compileTerm(each, own);
  const weighted = (
    list: readonly { readonly weight: number; readonly podAffinityTerm: PodAffinityTerm }[] | undefined,
    sign: 1 | -1,
  ): WeightedTerm[] =>
    (list ?? []).map(({ weight, podAffinityTerm }) => ({ ...term(podAffinityTerm), weight: sign * weight }));
  return {
    requiredAffinity: (podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(term),
    requiredAntiAffinity: (podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(term),
    preferred: [
      ...weighted(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution, 1),
      ...weighted(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution, -1),
    ],
  };
}

function compileTerm(term: PodAffinityTerm, own: ReadonlySet<string>): AffinityTerm {
  const { namespaces = [], namespaceSelector, topologyKey, labelSelector } = term;
  return {
    topologyKey,
    selector: labelMatcher(labelSelector as Selector),
    namespaces: namespaces.length === 0 && namespaceSelector === undefined ? own : new Set(namespaces),
    namespaceSelector: labelMatcher(namespaceSelector as Selector),
  };
}

/** With the namespace selectors of the terms replaced by the namespaces that they select now. */
export function resolveNamespaces<T extends AffinityTerm>(terms: readonly T[], reader: ClusterReader): readonly T[] {
  if (terms.every(({ namespaceSelector }) => namespaceSelector === matchNothing)) return terms;
  const all = reader.list(NAMESPACES);
  return terms.map((term) => {
    const selected = all.filter((namespace) => term.namespaceSelector.matches(namespace.metadata?.labels as Labels));
    const namespaces = new Set([...term.namespaces, ...selected.map(({ metadata }) => metadata?.name ?? "")]);
    return { ...term, namespaces, namespaceSelector: matchNothing };
  });
}

/** Whether a pod is one of those that the term speaks of; `namespaceLabels` are those of the pod's namespace. */
export function termMatches(term: AffinityTerm, pod: Pod, namespaceLabels?: Labels): boolean {
  const { namespace = "", labels } = pod.metadata ?? {};
  const isIn = term.namespaces.has(namespace) || (namespaceLabels && term.namespaceSelector.matches(namespaceLabels));
  return Boolean(isIn) && term.selector.matches(labels as Labels);
}

export function matchesAllTerms(terms: readonly AffinityTerm[], pod: Pod): boolean {
  return terms.length > 0 && terms.every((term) => termMatches(term, pod));
}

/** The labels of a pod's namespace; an unknown one has none. */
export function namespaceLabelsOf(pod: Pod, reader: ClusterReader): Readonly<Record<string, string>> {
  const namespace = reader.get(NAMESPACES, pod.metadata?.namespace ?? "");
  return (namespace?.metadata?.labels as Labels) ?? {};
}
