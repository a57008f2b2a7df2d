import type { Pod } from "@pinnace/api";
import { badRequest } from "@pinnace/apimachinery";
import type { ClaimTemplate } from "./claims-of.ts";

/** What a question is about: a pod, or something that makes pods of a template. */
interface Workload {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly generateName?: string; readonly namespace?: string };
  readonly spec?: Members;
  readonly items?: readonly Workload[];
}

type Members = { readonly [name: string]: unknown };

/** Pods that are alike, but for their names. */
export interface PodSet {
  /** `Deployment web`. */
  readonly source: string;
  /** As it would be sent to the API server. */
  readonly pod: Pod;
  readonly names: readonly string[];
  /** Claims that each of them gets for itself (`volumeClaimTemplates` of a StatefulSet). */
  readonly claimTemplates: readonly ClaimTemplate[];
}

/** The claims of one of the pods, by name: `<template>-<pod>`. */
export function claimsByName({ claimTemplates }: PodSet, pod: string): ReadonlyMap<string, ClaimTemplate> {
  return new Map(claimTemplates.map((template) => [claimName(template, pod), template]));
}

/** A pod with the volumes that its StatefulSet gives it. */
export function withClaims(pod: Pod, { claimTemplates }: PodSet): Pod {
  if (claimTemplates.length === 0) return pod;
  const own = claimTemplates.map((template) => ({
    name: template.metadata?.name ?? "",
    persistentVolumeClaim: { claimName: claimName(template, pod.metadata?.name ?? "") },
  }));
  const others = (pod.spec?.volumes ?? []).filter(({ name }) => !own.some((each) => each.name === name));
  return { ...pod, spec: { ...pod.spec, volumes: [...own, ...others] } } as unknown as Pod;
}

const claimName = ({ metadata }: ClaimTemplate, pod: string): string => `${metadata?.name}-${pod}`;

/** The pods that the controllers of some objects would make. Throws `BadRequest` for kinds that make none of a template. */
export function podSetsOf(object: unknown, namespace: string): readonly PodSet[] {
  const workload = (object ?? {}) as Workload;
  if (workload.items !== undefined) return workload.items.flatMap((each) => podSetsOf(each, namespace));
  const { kind = "", metadata = {}, spec = {} } = workload;
  const name = metadata.name ?? metadata.generateName?.replace(/-$/, "") ?? "";
  if (name === "") throw badRequest(`a ${kind || "object"} needs metadata.name`);
  if (metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest(
      `${kind} ${name} is in the namespace ${metadata.namespace}, and the question is about ${namespace}`,
    );
  }
  const source = `${kind} ${name}`;
  if (kind === "Pod") return [setOf(source, { metadata, spec }, namespace, [name])];
  const { template, count } = templateOf(kind, spec);
  const isStateful = kind === "StatefulSet";
  const first = isStateful ? numberOf((spec.ordinals as Members | undefined)?.start, 0) : 0;
  const names = Array.from({ length: count }, (_, index) => `${name}-${first + index}`);
  const claimTemplates = isStateful ? ((spec.volumeClaimTemplates ?? []) as readonly ClaimTemplate[]) : [];
  return [setOf(source, template, namespace, names, claimTemplates)];
}

interface Template {
  readonly metadata?: Members;
  readonly spec?: Members;
}

function templateOf(kind: string, spec: Members): { readonly template: Template; readonly count: number } {
  if (kind === "CronJob") return templateOf("Job", ((spec.jobTemplate ?? {}) as Template).spec ?? {});
  const template = spec.template as Template | undefined;
  if (template === undefined || kind === "DaemonSet") {
    throw badRequest(
      `no pods can be told of a ${kind || "nameless kind"}: give a Pod, Deployment, ReplicaSet, StatefulSet, Job or CronJob`,
    );
  }
  const wanted =
    kind === "Job" ? Math.min(numberOf(spec.parallelism), numberOf(spec.completions, Infinity)) : undefined;
  return { template, count: wanted ?? numberOf(spec.replicas) };
}

const numberOf = (value: unknown, otherwise = 1): number => (typeof value === "number" ? value : otherwise);

function setOf(
  source: string,
  { metadata, spec }: Template,
  namespace: string,
  names: readonly string[],
  claimTemplates: readonly ClaimTemplate[] = [],
): PodSet {
  const { name: _name, generateName: _generated, ...rest } = (metadata ?? {}) as Members;
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { ...rest, name: names[0] ?? "none", namespace }, spec };
  const set = { source, names, claimTemplates };
  return { ...set, pod: withClaims(pod as unknown as Pod, { ...set, pod: pod as unknown as Pod }) };
}
