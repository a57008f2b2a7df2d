import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { forbiddenField, invalidValue, quoteGo } from "@pinnace/apimachinery";
import { descendingPath } from "../../rules/path-text.ts";

export const MIRROR_POD = "kubernetes.io/config.mirror";
export const SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
export const SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";
export const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
const LOCALHOST = "localhost/";

function allContainers(spec: Draft): Draft[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

function isInt32(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && Math.abs(Number(text)) < 2 ** 31;
}

/** Whether any annotation stands for a field of a container. */
export function hasContainerAnnotations(annotations: Draft): boolean {
  for (const key in annotations) if (key.startsWith("container.")) return true;
  return false;
}

/** Annotations that stand for fields of a pod. */
export function podAnnotations(annotations: Draft, spec: Draft, path: FieldPath, errors: FieldError[]): void {
  const mirror = annotations[MIRROR_POD];
  if (mirror !== undefined && !spec.nodeName) {
    errors.push(invalidValue(path.key(MIRROR_POD), mirror, "must set spec.nodeName if mirror pod annotation is set"));
  }
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isInt32(cost)) {
    errors.push(invalidValue(path.key(DELETION_COST), cost, "must be a 32bit integer"));
  }
  for (const key of Object.keys(annotations)) {
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) seccomp(annotations[key], path.child(key), errors);
    if (key.startsWith(APP_ARMOR)) appArmor(key, annotations[key], spec, path.key(key), errors);
  }
}

function seccomp(profile: string, path: FieldPath, errors: FieldError[]): void {
  if (["runtime/default", "docker/default", "unconfined"].includes(profile)) return;
  if (profile.startsWith(LOCALHOST)) descendingPath(profile.slice(LOCALHOST.length), path, errors, undefined);
  else errors.push(invalidValue(path, profile, "must be a valid seccomp profile"));
}

function appArmor(key: string, profile: string, spec: Draft, path: FieldPath, errors: FieldError[]): void {
  const container = key.slice(APP_ARMOR.length);
  if (!allContainers(spec).some((each) => each.name === container)) {
    errors.push(invalidValue(path, container, "container not found"));
  }
  if (["", "runtime/default", "unconfined"].includes(profile) || profile.startsWith(LOCALHOST)) return;
  errors.push(invalidValue(path, profile, `invalid AppArmor profile name: ${quoteGo(profile)}`));
}

/** Annotations that an update may neither add nor change. */
export function podAnnotationUpdates(annotations: Draft, old: Draft, path: FieldPath, errors: FieldError[]): void {
  for (const key of Object.keys(old)) if (annotations[key] !== old[key]) refuse(key, "remove or update", path, errors);
  for (const key of Object.keys(annotations)) if (!(key in old)) refuse(key, "add", path, errors);
}

function refuse(key: string, change: string, path: FieldPath, errors: FieldError[]): void {
  if (key.startsWith(APP_ARMOR)) errors.push(forbiddenField(path.key(key), `may not ${change} AppArmor annotations`));
  if (key === MIRROR_POD) errors.push(forbiddenField(path.key(key), `may not ${change} mirror pod annotation`));
}

/** The profile that an annotation means, if any. */
export function profileOf(annotation: string): Draft | undefined {
  if (annotation === "unconfined") return { type: "Unconfined" };
  if (annotation === "runtime/default") return { type: "RuntimeDefault" };
  const localhost = annotation.startsWith(LOCALHOST) ? annotation.slice(LOCALHOST.length) : "";
  return localhost === "" ? undefined : { type: "Localhost", localhostProfile: localhost };
}

/** Copies AppArmor annotations into the fields that replaced them (KEP-24). */
export function adoptAppArmorAnnotations(pod: Draft): void {
  if (pod.spec.os?.name === "windows") return;
  const inherited = JSON.stringify(pod.spec.securityContext?.appArmorProfile);
  for (const container of allContainers(pod.spec)) {
    const annotation = pod.metadata?.annotations?.[APP_ARMOR + container.name];
    if (annotation === undefined || container.securityContext?.appArmorProfile) continue;
    const profile = profileOf(annotation);
    if (!profile || JSON.stringify(profile) === inherited) continue;
    container.securityContext = { ...container.securityContext, appArmorProfile: profile };
  }
}

type Matches = (annotation: string, profile: Draft) => boolean;

function profileMatches(unconfined: string, runtime: readonly string[]): Matches {
  return (annotation, { type, localhostProfile }) => {
    if (type === "Unconfined") return annotation === unconfined;
    if (type === "RuntimeDefault") return runtime.includes(annotation);
    return type !== "Localhost" || annotation === LOCALHOST + localhostProfile;
  };
}

const seccompMatches = profileMatches("unconfined", ["runtime/default", "docker/default"]);
const appArmorMatches = profileMatches("unconfined", ["runtime/default"]);

function mismatch(what: string, annotation: string, profile: Draft, matches: Matches, path: FieldPath): FieldError[] {
  if (matches(annotation, profile)) return [];
  const localhost = profile.type === "Localhost" && annotation.startsWith(LOCALHOST);
  return localhost
    ? [forbiddenField(path.child("localhostProfile"), `${what} profile in annotation and field must match`)]
    : [forbiddenField(path.child("type"), `${what} type in annotation and field must match`)];
}

/** On create, annotation and field must agree where both are given. */
export function annotationsMatchFields(pod: Draft, path: FieldPath, errors: FieldError[]): void {
  const annotations = pod.metadata?.annotations ?? {};
  const { spec } = pod;
  const ofPod = spec.securityContext?.seccompProfile;
  if (ofPod && annotations[SECCOMP_POD] !== undefined) {
    const at = path.child("securityContext", "seccompProfile");
    errors.push(...mismatch("seccomp", annotations[SECCOMP_POD], ofPod, seccompMatches, at));
  }
  if (!hasContainerAnnotations(annotations)) return;
  for (const list of ["initContainers", "containers", "ephemeralContainers"]) {
    for (const [position, { name, securityContext = {} }] of (spec[list] ?? []).entries()) {
      const at = path.child(list).index(position).child("securityContext");
      const seccompText = annotations[SECCOMP_CONTAINER + name];
      const armor = annotations[APP_ARMOR + name];
      const armorProfile = securityContext.appArmorProfile ?? spec.securityContext?.appArmorProfile;
      if (securityContext.seccompProfile && seccompText !== undefined) {
        const profile = securityContext.seccompProfile;
        errors.push(...mismatch("seccomp", seccompText, profile, seccompMatches, at.child("seccompProfile")));
      }
      if (armorProfile && armor !== undefined && spec.os?.name !== "windows") {
        errors.push(...mismatch("apparmor", armor, armorProfile, appArmorMatches, at.child("appArmorProfile")));
      }
    }
  }
}
