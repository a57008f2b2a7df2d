import { DAEMON_SETS, type DaemonSet, type Pod, type PodSpec, type Toleration } from "@pinnace/api";
import { controllerReference, podFromTemplate } from "@pinnace/controller-runtime";

export const REVISION_HASH = "controller-revision-hash";
const TEMPLATE_GENERATION = "pod-template-generation";
export const TEMPLATE_GENERATION_ANNOTATION = "deprecated.daemonset.template.generation";

/** What daemons put up with: they are wanted most where nodes are in trouble. */
const TOLERATIONS: readonly Toleration[] = [
  { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/disk-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/memory-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/pid-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/unschedulable", operator: "Exists", effect: "NoSchedule" },
];
const NETWORK_TOLERATION: Toleration = {
  key: "node.kubernetes.io/network-unavailable",
  operator: "Exists",
  effect: "NoSchedule",
};

/** The spec of the set's pods with the tolerations that daemons have. */
export function daemonSpec({ spec }: DaemonSet): PodSpec {
  const template = spec?.template.spec ?? { containers: [] };
  const wanted = template.hostNetwork ? [...TOLERATIONS, NETWORK_TOLERATION] : TOLERATIONS;
  // A toleration of the template's that says the same but for a time limit loses the limit.
  const own = (template.tolerations ?? []).map((own) => wanted.find((toleration) => isSame(own, toleration)) ?? own);
  return { ...template, tolerations: [...own, ...wanted.filter((toleration) => !own.includes(toleration))] };
}

/** The set's pod for one node. The scheduler binds it; affinity by name leaves it no choice. */
export function daemonPod(set: DaemonSet, node: string, hash: string): Pod {
  const reference = controllerReference(set, DAEMON_SETS);
  const pod = podFromTemplate(set.spec?.template ?? {}, reference);
  const generation = set.metadata?.annotations?.[TEMPLATE_GENERATION_ANNOTATION];
  const spec = daemonSpec(set);
  const nodeSelectorTerms = [{ matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] }];
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...pod.metadata.labels,
        ...(generation === undefined ? {} : { [TEMPLATE_GENERATION]: generation }),
        [REVISION_HASH]: hash,
      },
    },
    spec: {
      ...spec,
      affinity: {
        ...spec.affinity,
        nodeAffinity: {
          ...spec.affinity?.nodeAffinity,
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
        },
      },
    },
  };
}

/** The node that a pod is on, or is meant for. */
export function targetNode({ spec }: Pod): string | undefined {
  if (spec?.nodeName) return spec.nodeName;
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields = [] } of required?.nodeSelectorTerms ?? [])
    for (const { key, operator, values = [] } of matchFields)
      if (key === "metadata.name" && operator === "In" && values.length === 1) return values[0];
  return undefined;
}

function isSame(a: Toleration, b: Toleration): boolean {
  return a.key === b.key && a.operator === b.operator && a.effect === b.effect && (a.value ?? "") === (b.value ?? "");
}
