import type { NodeInfo } from "@pinnace/scheduler-framework";
import type { Extender } from "../extenders/extender.ts";

/** An extender that is asked about real nodes only; nodes that do not exist it is thought to take as they are. */
export function exceptForStrangers(extender: Extender, invented: ReadonlySet<string>): Extender {
  if (invented.size === 0) return extender;
  const isReal = ({ name }: NodeInfo): boolean => !invented.has(name);
  return {
    ...extender,
    isInterested: (pod) => extender.isInterested(pod),
    bind: (pod, nodeName) => extender.bind(pod, nodeName),
    prioritize: (pod, nodes) => extender.prioritize(pod, nodes.filter(isReal)),
    filter: async (pod, nodes) => {
      const real = nodes.filter(isReal);
      const others = nodes.filter((node) => !isReal(node));
      if (real.length === 0) return { nodes: others, failed: new Map(), unresolvable: new Map() };
      const verdict = await extender.filter(pod, real);
      return { ...verdict, nodes: [...verdict.nodes, ...others] };
    },
    preempt: async (pod, candidates, snapshot) => {
      const isKnown = ({ nodeName }: { readonly nodeName: string }): boolean => !invented.has(nodeName);
      const others = candidates.filter((candidate) => !isKnown(candidate));
      const known = candidates.filter(isKnown);
      const left = known.length === 0 ? [] : await extender.preempt(pod, known, snapshot);
      return [...left, ...others];
    },
  };
}
