import type { Draft } from "@pinnace/apimachinery";

/** Levels of the Pod Security Standards, from open to closed. */
export type Level = "privileged" | "baseline" | "restricted";

export const LEVELS: readonly Level[] = ["privileged", "baseline", "restricted"];

/** What a check looks at: a pod, or the template of one. */
export interface PodTemplate {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: Draft;
}

/** `reason (detail)`; `reason` alone is what labelling a namespace shows. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** One control of the standards. */
export interface Check {
  /** Upstream's id; checks of a level run in the order of their ids. */
  readonly id: string;
  readonly level: Level;
  /** The minor version (1.x) that brought it. */
  readonly since: number;
  /** The weaker check that this one replaces at its level. */
  readonly overrides?: string;
  /** `minor` is the version asked for, at least `since`. */
  violation(pod: PodTemplate, minor: number): Violation | undefined;
}

/** Init, regular and ephemeral containers, in that order. */
export function containersOf(spec: Draft): readonly Draft[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

/** Names of the containers for which `bad` is true. */
export function containersWhere(spec: Draft, bad: (container: Draft) => boolean): readonly string[] {
  return containersOf(spec)
    .filter(bad)
    .map((container) => container.name);
}

/** `container "a"`, `containers "a", "b"`. */
export function containers(names: readonly string[]): string {
  return `${names.length === 1 ? "container" : "containers"} ${quoted(names)}`;
}

/** `"a", "b"`. */
export function quoted(values: readonly string[]): string {
  return values.map((value) => JSON.stringify(value)).join(", ");
}

/** `pod and containers "a", "b"`: who set something. */
export function setters(pod: boolean, names: readonly string[]): string {
  return [...(pod ? ["pod"] : []), ...(names.length > 0 ? [containers(names)] : [])].join(" and ");
}

/** Each value once, sorted. */
export function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}

/** Pods in a user namespace of their own are root in there only, so some controls do not concern them (KEP-127). */
export function hasUserNamespace({ spec }: PodTemplate): boolean {
  return spec.hostUsers === false;
}

/** From 1.25 on, controls of Linux do not concern Windows pods. */
export function isWindows({ spec }: PodTemplate, minor: number): boolean {
  return minor >= 25 && spec.os?.name === "windows";
}
