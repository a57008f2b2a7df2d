import type { Draft, FieldPath } from "@pinnace/apimachinery";
import { labelValue } from "../rules/text.ts";

const DEPRECATED: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
  "failure-domain.beta.kubernetes.io/region": 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  "failure-domain.beta.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  "beta.kubernetes.io/instance-type": 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  "app.kubernetes.io/created-by": "deprecated since v1.9",
  "scheduler.alpha.kubernetes.io/preferAvoidPods": "deprecated since v1.22; use Taints and Tolerations instead",
  "node-role.kubernetes.io/master": 'use "node-role.kubernetes.io/control-plane" instead',
};

/** What to say about a deprecated node label. */
export function nodeLabelDeprecation(key: string | undefined): string | undefined {
  return key !== undefined && Object.hasOwn(DEPRECATED, key) ? DEPRECATED[key] : undefined;
}

/** Warnings for a node selector term; values are looked at only where validation lets bad ones pass. */
export function nodeSelectorTermWarnings(term: Draft, checkValues: boolean, path: FieldPath): string[] {
  const warnings: string[] = [];
  for (const [position, { key, values = [] }] of (term?.matchExpressions ?? []).entries()) {
    const at = path.child("matchExpressions").index(position);
    const text = nodeLabelDeprecation(key);
    if (text) warnings.push(`${at.child("key")}: ${key} is ${text}`);
    if (!checkValues) continue;
    for (const [index, value] of values.entries()) {
      const messages = labelValue(value);
      if (messages.length === 0) continue;
      warnings.push(`${at.child("values").index(index)}: ${value} is invalid, ${messages.join("; ")}`);
    }
  }
  return warnings;
}
