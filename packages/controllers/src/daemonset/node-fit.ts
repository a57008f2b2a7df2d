import type { Node, NodeSelectorRequirement, NodeSelectorTerm, PodSpec, Taint } from "@pinnace/api";
import { tolerates } from "../tainteviction/tolerance.ts";

/** Whether a DaemonSet's pod belongs onto a node. */
export interface NodeFit {
  /** A pod should be made there when there is none. */
  readonly shouldRun: boolean;
  /** A pod that is there may stay. */
  readonly shouldContinue: boolean;
}

const NO: NodeFit = { shouldRun: false, shouldContinue: false };

/** Judges by node name, node selector, required node affinity and taints. `spec` has the daemon's own tolerations. */
export function nodeFit(spec: PodSpec, node: Node): NodeFit {
  if (spec.nodeName && spec.nodeName !== node.metadata?.name) return NO;
  if (!matchesNodeSelector(spec, node)) return NO;
  const untolerated = (node.spec?.taints ?? []).filter((taint) => isRepelled(spec, taint));
  return {
    shouldRun: untolerated.length === 0,
    shouldContinue: !untolerated.some(({ effect }) => effect === "NoExecute"),
  };
}

function isRepelled(spec: PodSpec, taint: Taint): boolean {
  if (taint.effect !== "NoSchedule" && taint.effect !== "NoExecute") return false;
  return !(spec.tolerations ?? []).some((toleration) => tolerates(toleration, taint));
}

function matchesNodeSelector(spec: PodSpec, node: Node): boolean {
  const labels = node.metadata?.labels ?? {};
  if (!Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: Node): boolean {
  // A term without any requirement matches no node.
  if (matchExpressions.length + matchFields.length === 0) return false;
  const labels = node.metadata?.labels ?? {};
  const fields: Readonly<Record<string, string>> = { "metadata.name": node.metadata?.name ?? "" };
  return (
    matchExpressions.every((requirement) => matchesRequirement(requirement, labels)) &&
    matchFields.every((requirement) => matchesRequirement(requirement, fields))
  );
}

function matchesRequirement(
  { key, operator, values = [] }: NodeSelectorRequirement,
  of: Readonly<Record<string, string>>,
): boolean {
  const value = of[key];
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(values[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}
