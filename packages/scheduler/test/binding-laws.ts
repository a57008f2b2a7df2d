import type { CSINode, Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod } from "@pinnace/api";
import { type LabelSelector, labelMatcher, parseQuantity } from "@pinnace/apimachinery";
import { matchesNodeAffinity } from "@pinnace/scheduler-framework";

/** What must hold when a pod is bound, worked out from the objects alone: no plugin has a say here. */

/** The cluster at the moment of a binding; `pods` are those that have a node. */
export interface Scene {
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  readonly namespaces: readonly Namespace[];
  readonly claims: readonly PersistentVolumeClaim[];
  readonly volumes: readonly PersistentVolume[];
  readonly csiNodes: readonly CSINode[];
}

type Labels = Readonly<Record<string, string>>;

interface Term {
  readonly labelSelector?: LabelSelector;
  readonly topologyKey: string;
  readonly namespaces?: readonly string[];
  readonly namespaceSelector?: LabelSelector;
}

const labelsOf = ({ metadata }: Pod | Node | Namespace): Labels => (metadata?.labels ?? {}) as Labels;
const matches = (selector: LabelSelector | undefined, labels: Labels): boolean =>
  labelMatcher(selector).matches(labels);

/** The laws that putting a pod on a node breaks. */
export function brokenLaws(pod: Pod, nodeName: string, scene: Scene): readonly string[] {
  const node = scene.nodes.find(({ metadata }) => metadata?.name === nodeName);
  if (node === undefined) return ["no such node"];
  const there = scene.pods.filter(({ spec }) => spec?.nodeName === nodeName);
  return [
    ...overcommitted([...there, pod], node),
    ...(clashes(pod, there) ? ["host port"] : []),
    ...(hasTooManyVolumes([...there, pod], nodeName, scene) ? ["volume limit"] : []),
    ...(isTooNear(pod, node, scene) ? ["anti-affinity"] : []),
    ...(isTooSkewed(pod, node, scene) ? ["maxSkew"] : []),
  ];
}

function overcommitted(pods: readonly Pod[], { status }: Node): readonly string[] {
  const allocatable = (status?.allocatable ?? {}) as Readonly<Record<string, string>>;
  const over = ["cpu", "memory", "example.com/gpu"].filter((resource) => {
    const amounts = pods
      .flatMap(({ spec }) => spec?.containers ?? [])
      .map(({ resources }) => {
        const requests = (resources?.requests ?? {}) as Readonly<Record<string, string>>;
        return parseQuantity(requests[resource] ?? "0").milliValue();
      });
    const total = amounts.reduce((sum, amount) => sum + amount, 0);
    return total > parseQuantity(allocatable[resource] ?? "0").milliValue();
  });
  return [...over, ...(pods.length > Number(allocatable.pods) ? ["pods"] : [])];
}

const portsOf = ({ spec }: Pod): readonly number[] =>
  (spec?.containers ?? []).flatMap(({ ports = [] }) => ports.flatMap(({ hostPort }) => hostPort ?? []));

const clashes = (pod: Pod, there: readonly Pod[]): boolean =>
  there.flatMap(portsOf).some((port) => portsOf(pod).includes(port));

function hasTooManyVolumes(pods: readonly Pod[], nodeName: string, { claims, volumes, csiNodes }: Scene): boolean {
  const drivers = csiNodes.find(({ metadata }) => metadata?.name === nodeName)?.spec?.drivers ?? [];
  const handles = pods.flatMap(({ spec, metadata }) =>
    (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim: source }) => {
      const claim = claims.find(
        (one) => one.metadata?.name === source?.claimName && one.metadata?.namespace === metadata?.namespace,
      );
      const volume = volumes.find((one) => one.metadata?.name === claim?.spec?.volumeName);
      return volume?.spec?.csi === undefined ? [] : [volume.spec.csi];
    }),
  );
  return drivers.some(({ name, allocatable }) => {
    const own = new Set(handles.filter(({ driver }) => driver === name).map(({ volumeHandle }) => volumeHandle));
    return own.size > (allocatable?.count ?? Number.POSITIVE_INFINITY);
  });
}

const antiAffinityOf = ({ spec }: Pod): readonly Term[] =>
  (spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) as readonly Term[];

/** A pod keeps those away that its terms select, and those keep it away whose terms select it. */
function isTooNear(pod: Pod, node: Node, { pods, nodes, namespaces }: Scene): boolean {
  const selects = (owner: Pod, term: Term, other: Pod): boolean => {
    const { namespace = "" } = other.metadata ?? {};
    const own = term.namespaces === undefined && term.namespaceSelector === undefined;
    const listed = own ? [owner.metadata?.namespace ?? ""] : (term.namespaces ?? []);
    const found = namespaces.find(({ metadata }) => metadata?.name === namespace);
    const isMeant =
      listed.includes(namespace) ||
      (term.namespaceSelector !== undefined && found !== undefined && matches(term.namespaceSelector, labelsOf(found)));
    return isMeant && matches(term.labelSelector, labelsOf(other));
  };
  return pods.some((other) => {
    const at = nodes.find(({ metadata }) => metadata?.name === other.spec?.nodeName);
    if (at === undefined) return false;
    const isSame = ({ topologyKey }: Term): boolean =>
      labelsOf(node)[topologyKey] !== undefined && labelsOf(node)[topologyKey] === labelsOf(at)[topologyKey];
    return (
      antiAffinityOf(pod).some((term) => isSame(term) && selects(pod, term, other)) ||
      antiAffinityOf(other).some((term) => isSame(term) && selects(other, term, pod))
    );
  });
}

interface Constraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: string;
  readonly labelSelector?: LabelSelector;
  readonly minDomains?: number;
  readonly nodeAffinityPolicy?: string;
  readonly nodeTaintsPolicy?: string;
}

/** The node's domain may have no more of the pods that are selected than the emptiest one, plus the skew. */
function isTooSkewed(pod: Pod, node: Node, { pods, nodes }: Scene): boolean {
  const all = (pod.spec?.topologySpreadConstraints ?? []) as readonly Constraint[];
  const hard = all.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule");
  const hasKeys = (one: Node): boolean => hard.every(({ topologyKey }) => labelsOf(one)[topologyKey] !== undefined);
  return hard.some((constraint) => {
    const { topologyKey, labelSelector, maxSkew, minDomains = 1 } = constraint;
    const counts = new Map<string, number>();
    for (const one of nodes.filter((each) => hasKeys(each) && isCounted(constraint, pod, each))) {
      const own = pods.filter(
        (other) =>
          other.spec?.nodeName === one.metadata?.name &&
          other.metadata?.namespace === pod.metadata?.namespace &&
          other.metadata?.deletionTimestamp === undefined &&
          matches(labelSelector, labelsOf(other)),
      );
      const domain = labelsOf(one)[topologyKey]!;
      counts.set(domain, (counts.get(domain) ?? 0) + own.length);
    }
    const least = counts.size < minDomains ? 0 : Math.min(...counts.values());
    const self = matches(labelSelector, labelsOf(pod)) ? 1 : 0;
    return (counts.get(labelsOf(node)[topologyKey] ?? "") ?? 0) + self - least > maxSkew;
  });
}

/** Whether a node's pods count, by the constraint's policies. */
function isCounted(
  { nodeAffinityPolicy = "Honor", nodeTaintsPolicy = "Ignore" }: Constraint,
  pod: Pod,
  node: Node,
): boolean {
  const isReachable = nodeAffinityPolicy === "Ignore" || matchesNodeAffinity(pod, node);
  return isReachable && (nodeTaintsPolicy === "Ignore" || isTolerable(pod, node));
}

function isTolerable({ spec }: Pod, node: Node): boolean {
  return (node.spec?.taints ?? [])
    .filter(({ effect }) => effect !== "PreferNoSchedule")
    .every((taint) =>
      (spec?.tolerations ?? []).some(
        ({ key, operator = "Equal", value = "", effect }) =>
          key === taint.key &&
          (effect === undefined || effect === taint.effect) &&
          (operator === "Exists" || value === (taint.value ?? "")),
      ),
    );
}
