import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { fieldPath, forbiddenField, invalidValue, parseIp } from "@pinnace/apimachinery";
import { immutable } from "../../rules/equal.ts";
import { text } from "../../rules/rule.ts";
import { dnsSubdomain, legacyIp, qualifiedName } from "../../rules/text.ts";

const SYSTEM_CONDITIONS = ["PodScheduled", "Ready", "Initialized"];
const NON_NEGATIVE = "must be a non-negative integer";

/** An observedGeneration that a client leaves out is kept, per condition too. */
export function keepObservedGenerations(status: Draft, old: Draft): void {
  if (!status.observedGeneration && old.observedGeneration) status.observedGeneration = old.observedGeneration;
  const before = new Map<string, number[]>();
  for (const { type, observedGeneration = 0 } of old.conditions ?? []) {
    before.set(type, [...(before.get(type) ?? []), observedGeneration]);
  }
  for (const condition of status.conditions ?? []) {
    const generation = before.get(condition.type)?.shift();
    if (!condition.observedGeneration && generation) condition.observedGeneration = generation;
  }
}

function conditions(list: readonly Draft[], path: FieldPath, errors: FieldError[]): void {
  for (const [position, { type, observedGeneration = 0 }] of list.entries()) {
    const at = path.index(position);
    if (observedGeneration < 0) {
      errors.push(invalidValue(at.child("observedGeneration"), observedGeneration, NON_NEGATIVE));
    }
    if (!SYSTEM_CONDITIONS.includes(type)) text(qualifiedName)(type, at.child("Type"), errors, list);
  }
}

/** Whether a container may run again after it ended with this code (KEP-5307). */
function mayRestart(spec: Draft, name: string, exitCode: number, list: string): boolean {
  const container = (spec[list] ?? []).find((each: Draft) => each.name === name);
  if (!container) return false;
  for (const { action, exitCodes } of container.restartPolicyRules ?? []) {
    const included = (exitCodes?.values ?? []).includes(exitCode);
    if (included === (exitCodes?.operator === "In")) return action === "Restart" || action === "RestartAllContainers";
  }
  const policy =
    container.restartPolicy ??
    (list === "initContainers" && spec.restartPolicy === "Always" ? "Always" : spec.restartPolicy);
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}

function restartsAll(spec: Draft): boolean {
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].some((container) =>
    container.restartPolicyRules?.some((rule: Draft) => rule.action === "RestartAllContainers"),
  );
}

function transitions(status: Draft, old: Draft, spec: Draft, path: FieldPath, errors: FieldError[]): void {
  for (const [field, list] of [
    ["containerStatuses", "containers"],
    ["initContainerStatuses", "initContainers"],
    ["ephemeralContainerStatuses", ""],
  ] as const) {
    if (list !== "" && restartsAll(spec)) continue;
    for (const [position, before] of (old[field] ?? []).entries()) {
      const terminated = before.state?.terminated;
      const after = (status[field] ?? []).find((each: Draft) => each.name === before.name);
      if (!terminated || !after || after.state?.terminated) continue;
      if (list !== "" && mayRestart(spec, before.name, terminated.exitCode ?? 0, list)) continue;
      const at = path.child(field).index(position).child("state");
      errors.push(forbiddenField(at, "may not be transitioned to non-terminated state"));
    }
  }
}

function addresses(status: Draft, old: Draft, field: string, path: FieldPath, errors: FieldError[]): void {
  const list: readonly string[] = (status[field] ?? []).map((each: Draft) => each.ip ?? "");
  const known = (old[field] ?? []).map((each: Draft) => each.ip);
  for (const [position, address] of list.entries()) {
    legacyIp(known)(address, path.child(field).index(position), errors, status);
  }
  if (list.length < 2) return;
  const families = new Set(list.map((address) => parseIp(address, { sloppy: true })?.version));
  if (list.length === 2 && families.size === 2) return;
  errors.push(invalidValue(path.child(field), status[field], "may specify no more than one IP for each IP family"));
}

/** What an update of a pod's status may say. */
export function podStatusUpdate(pod: Draft, old: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const path = fieldPath("status");
  const { status = {}, spec } = pod;
  const before = old.status ?? {};
  conditions(status.conditions ?? [], path.child("conditions"), errors);
  const nominated = status.nominatedNodeName;
  if (nominated && nominated !== before.nominatedNodeName) {
    text(dnsSubdomain)(nominated, path.child("nominatedNodeName"), errors, status);
    const detail = "may not be set on pods that are already bound to a node";
    if (old.spec.nodeName) errors.push(forbiddenField(path.child("nominatedNodeName"), detail));
  }
  if (status.observedGeneration < 0) {
    errors.push(invalidValue(path.child("observedGeneration"), status.observedGeneration, NON_NEGATIVE));
  }
  errors.push(...immutable(status.qosClass, before.qosClass, path.child("qosClass")));
  transitions(status, before, spec, path, errors);
  addresses(status, before, "podIPs", path, errors);
  if (status.hostIPs?.length && status.hostIP !== status.hostIPs[0].ip) {
    errors.push(
      invalidValue(path.child("hostIPs").index(0).child("ip"), status.hostIPs[0].ip, "must be equal to `hostIP`"),
    );
  }
  addresses(status, before, "hostIPs", path, errors);
  return errors;
}
