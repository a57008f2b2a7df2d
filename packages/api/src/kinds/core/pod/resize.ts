import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { fieldPath, forbiddenField, invalidValue } from "@pinnace/apimachinery";
import { same } from "../../rules/equal.ts";
import { MIRROR_POD } from "./annotations.ts";
import { qualityOfService } from "./quality-of-service.ts";

const LISTS = ["containers", "initContainers"] as const;

/** Keeps everything but the resources and resize policies of containers that are in the same place (KEP-1287). */
export function keepOnlyResources(pod: Draft, old: Draft): void {
  const merged: Record<string, Draft> = {};
  for (const list of LISTS) {
    const next = pod.spec[list] ?? [];
    const before = old.spec[list] ?? [];
    if (next.length !== before.length) return;
    const inPlace = next.every((container: Draft, position: number) => container.name === before[position].name);
    const resized = before.map((container: Draft, position: number) => {
      const { resources, resizePolicy } = next[position];
      return withMembers(container, { resources, resizePolicy });
    });
    if (next.length > 0) merged[list] = inPlace ? resized : next;
  }
  pod.spec = withMembers(old.spec, { ...merged, resources: pod.spec.resources });
  pod.status = old.status;
}

function withMembers(object: Draft, members: Readonly<Record<string, Draft>>): Draft {
  const result = { ...object };
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined) delete result[name];
    else result[name] = value;
  }
  return result;
}

function ordering(pod: Draft, old: Draft): FieldError[] {
  const errors: FieldError[] = [];
  for (const list of LISTS) {
    const next = pod.spec[list] ?? [];
    const before = old.spec[list] ?? [];
    const path = fieldPath("spec", list);
    if (next.length !== before.length) {
      errors.push(forbiddenField(path, "containers may not be added or removed on resize"));
      continue;
    }
    for (const [position, container] of next.entries()) {
      if (container.name === before[position].name) continue;
      errors.push(
        forbiddenField(path.index(position).child("name"), "containers may not be renamed or reordered on resize"),
      );
    }
  }
  return errors;
}

function withoutComputeOf(list: Draft, old: Draft): Draft {
  const result = { ...list };
  for (const name of ["cpu", "memory"]) {
    if (old?.[name] === undefined) delete result[name];
    else result[name] = old[name];
  }
  return result;
}

function onlyComputeChanged(container: Draft, old: Draft): boolean {
  const resources = {
    ...container.resources,
    limits: withoutComputeOf(container.resources?.limits, old.resources?.limits),
    requests: withoutComputeOf(container.resources?.requests, old.resources?.requests),
  };
  return same({ ...container, resources, resizePolicy: old.resizePolicy }, old);
}

function removed(container: Draft, old: Draft, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const kind of ["requests", "limits"]) {
    const gone = Object.keys(old.resources?.[kind] ?? {}).some(
      (name) => container.resources?.[kind]?.[name] === undefined,
    );
    if (gone) errors.push(forbiddenField(path.child("resources", kind), `resource ${kind} cannot be removed`));
  }
  return errors;
}

/** What a resize may change: cpu and memory of containers, without changing the pod's quality of service. */
export function podResize(pod: Draft, old: Draft): FieldError[] {
  const root = "[]";
  const path = fieldPath("spec");
  if (old.metadata?.annotations?.[MIRROR_POD] !== undefined)
    return [forbiddenField(root, "static pods cannot be resized")];
  if (old.spec.os?.name === "windows") return [forbiddenField(root, "windows pods cannot be resized")];
  const errors: FieldError[] = [];
  const before = old.status?.qosClass || qualityOfService(old.spec);
  if (before !== qualityOfService(pod.spec)) {
    const message = "Pod QOS Class may not change as a result of resizing";
    errors.push(invalidValue(path, pod.status?.qosClass ?? "", message));
  }
  const order = ordering(pod, old);
  if (order.length > 0) return [...errors, ...order];
  for (const [position, container] of (pod.spec.containers ?? []).entries()) {
    const at = path.child("containers").index(position);
    errors.push(...removed(container, old.spec.containers[position], at));
    if (onlyComputeChanged(container, old.spec.containers[position])) continue;
    errors.push(forbiddenField(path, "only cpu and memory resources are mutable"));
  }
  for (const [position, container] of (pod.spec.initContainers ?? []).entries()) {
    const sidecar = container.restartPolicy === "Always";
    if (sidecar && !onlyComputeChanged(container, old.spec.initContainers[position])) {
      const at = path.child("initContainers").index(position);
      errors.push(forbiddenField(at, "only cpu and memory resources for init or sidecar containers are mutable"));
    } else if (!sidecar && !same(container, old.spec.initContainers[position])) {
      errors.push(forbiddenField(path, "resources for non-sidecar init containers are immutable"));
    }
  }
  return errors;
}
