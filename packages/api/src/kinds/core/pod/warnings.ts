import type { Draft, FieldPath } from "@pinnace/apimachinery";
import { quoteGo } from "@pinnace/apimachinery";
import { isWhole } from "../../rules/quantity.ts";
import { nodeLabelDeprecation, nodeSelectorTermWarnings } from "../node-labels.ts";
import { claimSpecWarnings } from "../persistent-volume-claim-warnings.ts";
import { APP_ARMOR, hasContainerAnnotations, profileOf, SECCOMP_CONTAINER, SECCOMP_POD } from "./annotations.ts";
import { pathOverlapWarnings } from "./path-overlaps.ts";

const ANNOTATIONS: Readonly<Record<string, string>> = {
  "scheduler.alpha.kubernetes.io/critical-pod": 'non-functional in v1.16+; use the "priorityClassName" field instead',
  "security.alpha.kubernetes.io/sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
  "security.alpha.kubernetes.io/unsafe-sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
};
const ANNOTATION_KEYS = Object.keys(ANNOTATIONS);
const USE_SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead';
const USE_APP_ARMOR = 'deprecated since v1.30; use the "appArmorProfile" field instead';

/** Volume sources that are gone or going. */
const VOLUMES: readonly (readonly [member: string, spelling: string, text: string])[] = [
  ["photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  ["gitRepo", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"],
  ["scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  ["flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"],
  ["storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"],
  ["quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"],
  ["glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  ["cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  ["rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"],
];

function eachContainer(spec: Draft, path: FieldPath, visit: (container: Draft, path: FieldPath) => void): void {
  for (const list of ["initContainers", "containers", "ephemeralContainers"]) {
    for (const [position, container] of (spec[list] ?? []).entries())
      visit(container, path.child(list).index(position));
  }
}

/** Warnings for a pod (path of the object itself: root) or a pod template (path of the template). */
export function podWarnings(pod: Draft, path: FieldPath): string[] {
  const warnings: string[] = [];
  const { spec } = pod;
  const annotations = pod.metadata?.annotations ?? {};
  const at = path.child("spec");
  placementWarnings(spec, at, warnings);
  for (const key of ANNOTATION_KEYS) {
    if (annotations[key] === undefined) continue;
    warnings.push(`${path.child("metadata", "annotations").key(key)}: ${ANNOTATIONS[key]}`);
  }
  volumeWarnings(spec, at, warnings);
  warnings.push(...pathOverlapWarnings(spec.volumes ?? []));
  duplicates(spec.hostAliases, "ip", "hostAliases", at, warnings);
  duplicates(spec.imagePullSecrets, "name", "imagePullSecrets", at, warnings);
  for (const [position, { name = "" }] of (spec.imagePullSecrets ?? []).entries()) {
    if (name === "")
      warnings.push(`${at.child("imagePullSecrets").index(position).child("name")}: invalid empty name ""`);
  }
  fractions(spec.overhead, at.child("overhead"), warnings);
  if (!spec.securityContext?.seccompProfile && annotations[SECCOMP_POD] !== undefined) {
    warnings.push(`${path.child("metadata", "annotations").key(SECCOMP_POD)}: ${USE_SECCOMP}`);
  }
  containerWarnings(pod, path, warnings);
  portWarnings(spec, at, warnings);
  if (spec.terminationGracePeriodSeconds < 0) {
    const text = "must be >= 0; negative values are invalid and will be treated as 1";
    warnings.push(`${at.child("terminationGracePeriodSeconds")}: ${text}`);
  }
  affinityWarnings(spec.affinity, at.child("affinity"), warnings);
  return warnings;
}

function placementWarnings(spec: Draft, path: FieldPath, warnings: string[]): void {
  for (const key of Object.keys(spec.nodeSelector ?? {})) {
    const text = nodeLabelDeprecation(key);
    if (text) warnings.push(`${path.child("nodeSelector").key(key)}: ${text}`);
  }
  const affinity = spec.affinity?.nodeAffinity;
  const at = path.child("affinity", "nodeAffinity");
  const required = at.child("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms");
  const terms = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const [position, term] of terms.entries()) {
    warnings.push(...nodeSelectorTermWarnings(term, false, required.index(position)));
  }
  const preferred = at.child("preferredDuringSchedulingIgnoredDuringExecution");
  for (const [position, term] of (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    warnings.push(...nodeSelectorTermWarnings(term.preference, true, preferred.index(position).child("preference")));
  }
  for (const [position, constraint] of (spec.topologySpreadConstraints ?? []).entries()) {
    const where = path.child("topologySpreadConstraints").index(position);
    const text = nodeLabelDeprecation(constraint.topologyKey);
    if (text) warnings.push(`${where.child("topologyKey")}: ${constraint.topologyKey} is ${text}`);
    if (!constraint.labelSelector) warnings.push(nullSelector(where.child("labelSelector")));
  }
}

function nullSelector(path: FieldPath): string {
  return `${path}: a null labelSelector results in matching no pod`;
}

function affinityWarnings(affinity: Draft, path: FieldPath, warnings: string[]): void {
  for (const kind of ["podAffinity", "podAntiAffinity"]) {
    const at = path.child(kind);
    for (const [position, term] of (affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      const where = at.child("requiredDuringSchedulingIgnoredDuringExecution").index(position);
      if (!term.labelSelector) warnings.push(nullSelector(where.child("labelSelector")));
    }
    for (const [position, term] of (
      affinity?.[kind]?.preferredDuringSchedulingIgnoredDuringExecution ?? []
    ).entries()) {
      const where = at.child("preferredDuringSchedulingIgnoredDuringExecution").index(position);
      if (!term.podAffinityTerm?.labelSelector)
        warnings.push(nullSelector(where.child("podAffinityTerm", "labelSelector")));
    }
  }
}

function volumeWarnings(spec: Draft, path: FieldPath, warnings: string[]): void {
  for (const [position, volume] of (spec.volumes ?? []).entries()) {
    const at = path.child("volumes").index(position);
    for (const [member, spelling, text] of VOLUMES) {
      if (volume[member]) warnings.push(`${at.child(spelling)}: ${text}`);
    }
    const template = volume.ephemeral?.volumeClaimTemplate;
    if (template) {
      const where = at.child("ephemeral", "volumeClaimTemplate", "spec");
      warnings.push(...claimSpecWarnings(template.spec, where));
    }
  }
}

function duplicates(list: Draft, member: string, name: string, path: FieldPath, warnings: string[]): void {
  const seen = new Set<string>();
  for (const [position, item] of (list ?? []).entries()) {
    const value = item[member] ?? "";
    const at = path.child(name).index(position).child(member);
    if (seen.has(value)) warnings.push(`${at}: duplicate ${member} ${quoteGo(value)}`);
    seen.add(value);
  }
}

function fractions(
  list: Draft,
  path: FieldPath,
  warnings: string[],
  names: readonly string[] = ["memory", "ephemeral-storage"],
): void {
  for (const name of names) {
    const quantity = list?.[name];
    if (quantity === undefined || isWhole(quantity)) continue;
    warnings.push(
      `${path.key(name)}: fractional byte value ${quoteGo(String(quantity))} is invalid, must be an integer`,
    );
  }
}

const BYTES = [["memory"], ["ephemeral-storage"]];

function containerWarnings(pod: Draft, path: FieldPath, warnings: string[]): void {
  const { spec } = pod;
  const annotations = pod.metadata?.annotations ?? {};
  const annotated = hasContainerAnnotations(annotations);
  eachContainer(spec, path.child("spec"), (container, where) => {
    if (annotated) profileWarnings(container, pod, path, warnings);
    for (const names of container.resources ? BYTES : []) {
      fractions(container.resources.limits, where.child("resources", "limits"), warnings, names);
      fractions(container.resources.requests, where.child("resources", "requests"), warnings, names);
    }
    if (container.env?.length > 1) environmentWarnings(container.env, where, warnings);
  });
}

/** Annotations that say what a field of a container says. */
function profileWarnings(container: Draft, pod: Draft, path: FieldPath, warnings: string[]): void {
  const { annotations } = pod.metadata;
  const at = path.child("metadata", "annotations");
  const ofPod = JSON.stringify(pod.spec.securityContext?.appArmorProfile);
  const seccomp = SECCOMP_CONTAINER + container.name;
  if (!container.securityContext?.seccompProfile && annotations[seccomp] !== undefined) {
    warnings.push(`${at.key(seccomp)}: ${USE_SECCOMP}`);
  }
  const armor = APP_ARMOR + container.name;
  const adopted = path.isRoot ? undefined : ofPod;
  const annotation = annotations[armor];
  const differs =
    annotation !== undefined && (adopted === undefined || JSON.stringify(profileOf(annotation)) !== adopted);
  if (differs && (path.isRoot || !container.securityContext?.appArmorProfile)) {
    warnings.push(`${at.key(armor)}: ${USE_APP_ARMOR}`);
  }
}

function environmentWarnings(variables: readonly Draft[], path: FieldPath, warnings: string[]): void {
  const seen = new Set<string>();
  for (const [position, { name, value = "", valueFrom }] of variables.entries()) {
    if (seen.has(name) && hides(`$(${name})`, value, valueFrom)) {
      const text = `hides previous definition of ${quoteGo(name)}, which may be dropped when using apply`;
      warnings.push(`${path.child("env").index(position)}: ${text}`);
    }
    seen.add(name);
  }
}

/** True for a definition that does not take up the one before. */
function hides(reference: string, value: string, valueFrom: Draft): boolean {
  return Boolean(valueFrom) || value === reference || !value.includes(reference);
}

interface PortAt {
  readonly path: FieldPath;
  readonly port: Draft;
}

function portWarnings(spec: Draft, path: FieldPath, warnings: string[]): void {
  const byPort = new Map<string, PortAt[]>();
  const byName = new Map<string, FieldPath>();
  const named: string[] = [];
  eachContainer(spec, path, (container, where) => {
    for (const [position, port] of (container.ports ?? []).entries()) {
      const at = where.child("ports").index(position);
      if (port.hostIP && !port.hostPort) warnings.push(`${at}: hostIP set without hostPort: ${goPort(port)}`);
      const key = `${port.containerPort}/${port.protocol}`;
      const others = byPort.get(key) ?? [];
      for (const other of others) {
        const text = conflict(port, other.port);
        if (text) warnings.push(`${at}: ${text} port definition with ${other.path}`);
      }
      byPort.set(key, [...others, { path: at, port }]);
      if (!port.name) continue;
      const first = byName.get(port.name);
      if (first) {
        const use = `services and probes that select ports by name will use ${first}`;
        named.push(`${at}: duplicate port name ${quoteGo(port.name)} with ${first}, ${use}`);
      } else byName.set(port.name, at);
    }
  });
  warnings.push(...named);
}

function goPort(port: Draft): string {
  const { name = "", hostPort = 0, containerPort, protocol, hostIP } = port;
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
}

function conflict(port: Draft, other: Draft): string | undefined {
  const { hostPort = 0, hostIP = "" } = port;
  const { hostPort: otherPort = 0, hostIP: otherIP = "" } = other;
  if (hostIP === otherIP && hostPort === otherPort) return "duplicate";
  if (hostPort === 0 || otherPort === 0) return "overlapping";
  return hostPort === otherPort && (hostIP === "") !== (otherIP === "") ? "dangerously ambiguous" : undefined;
}
