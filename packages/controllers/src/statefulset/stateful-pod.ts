import {
  type PersistentVolumeClaim,
  type Pod,
  type PodTemplateSpec,
  STATEFUL_SETS,
  type StatefulSet,
  type Volume,
} from "@pinnace/api";
import { controllerReference, podFromTemplate } from "@pinnace/controller-runtime";

const POD_NAME = "statefulset.kubernetes.io/pod-name";
const POD_INDEX = "apps.kubernetes.io/pod-index";
const REVISION = "controller-revision-hash";

export function startOrdinal({ spec }: StatefulSet): number {
  return spec?.ordinals?.start ?? 0;
}

export function nameOf({ metadata }: { readonly metadata?: { readonly name?: string } }): string {
  return metadata?.name ?? "";
}

export function podName(set: StatefulSet, ordinal: number): string {
  return `${nameOf(set)}-${ordinal}`;
}

/** The ordinal in the pod's name; undefined for a pod whose name is not one of the set's. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const name = nameOf(pod);
  const prefix = `${nameOf(set)}-`;
  const text = name.startsWith(prefix) ? name.slice(prefix.length) : "";
  return /^(0|[1-9][0-9]*)$/.test(text) ? Number(text) : undefined;
}

/** The name of the ControllerRevision that the pod was made from. */
export function revisionOf(pod: Pod): string {
  return pod.metadata?.labels?.[REVISION] ?? "";
}

/** The pod of one ordinal, from the template of one revision. */
export function statefulPod(set: StatefulSet, template: PodTemplateSpec, revision: string, ordinal: number): Pod {
  const name = podName(set, ordinal);
  const pod = podFromTemplate(template, controllerReference(set, STATEFUL_SETS), name);
  const spec = pod.spec ?? { containers: [] };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      namespace: set.metadata?.namespace ?? "",
      labels: { ...pod.metadata.labels, ...identityLabels(name, ordinal), [REVISION]: revision },
    },
    spec: {
      ...spec,
      hostname: name,
      ...(set.spec?.serviceName ? { subdomain: set.spec.serviceName } : {}),
      volumes: withClaims(set, ordinal, spec.volumes ?? []),
    },
  };
}

/** The pod with the labels that its ordinal gives it; undefined when it has them. */
export function withIdentity(set: StatefulSet, pod: Pod, ordinal: number): Pod | undefined {
  const wanted = identityLabels(podName(set, ordinal), ordinal);
  const labels = pod.metadata?.labels ?? {};
  if (Object.entries(wanted).every(([key, value]) => labels[key] === value)) return undefined;
  return { ...pod, metadata: { ...pod.metadata, labels: { ...labels, ...wanted } } };
}

/** The claims of one ordinal, as they are made when they are missing. */
export function claimsOf(set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map((template) => ({
    ...template,
    metadata: {
      ...template.metadata,
      name: claimName(set, nameOf(template), ordinal),
      namespace: set.metadata?.namespace ?? "",
      labels: { ...template.metadata?.labels, ...set.spec?.selector.matchLabels },
    },
  }));
}

function claimName(set: StatefulSet, template: string, ordinal: number): string {
  return `${template}-${nameOf(set)}-${ordinal}`;
}

function identityLabels(name: string, ordinal: number): Readonly<Record<string, string>> {
  return { [POD_NAME]: name, [POD_INDEX]: String(ordinal) };
}

/** A claim takes the place of a volume of the same name. */
function withClaims(set: StatefulSet, ordinal: number, volumes: readonly Volume[]): readonly Volume[] {
  const claims = (set.spec?.volumeClaimTemplates ?? []).map((template) => ({
    name: nameOf(template),
    persistentVolumeClaim: { claimName: claimName(set, nameOf(template), ordinal) },
  }));
  return [...claims, ...volumes.filter(({ name }) => !claims.some((claim) => claim.name === name))];
}
