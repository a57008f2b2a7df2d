import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { forbiddenField, invalidValue } from "@pinnace/apimachinery";
import { compareQuantities } from "../../rules/quantity.ts";
import { containerResourceName, isHugePage, podResourceName } from "../resource-names.ts";
import { sumOfContainers } from "./defaults.ts";
import { resourceRequirements } from "./resource-requirements.ts";

/** `resources` of the pod as a whole (KEP-2837). */
export function podResources(spec: Draft, claims: ReadonlySet<string>, path: FieldPath, errors: FieldError[]): void {
  const { resources } = spec;
  if (!resources) return;
  const at = path.child("resources");
  if (spec.os?.name === "windows") return void errors.push(forbiddenField(at, "may not be set for a windows pod"));
  if (resources.claims) {
    errors.push(forbiddenField(at.child("claims"), "claims may not be set for Resources at pod-level"));
  }
  resourceRequirements(resources, podResourceName, claims, at, errors);
  coversContainers(spec, at, errors);
}

function coversContainers(spec: Draft, path: FieldPath, errors: FieldError[]): void {
  const { requests = {}, limits = {} } = spec.resources;
  for (const [name, sum] of Object.entries(sumOfContainers(spec, "requests"))) {
    if (requests[name] === undefined || compareQuantities(sum, requests[name]) <= 0) continue;
    const message = `must be greater than or equal to aggregate container requests of ${sum}`;
    errors.push(invalidValue(path.child("requests").key(name), requests[name], message));
  }
  for (const [name, sum] of Object.entries(sumOfContainers(spec, "limits"))) {
    if (!isHugePage(name) || limits[name] === undefined || compareQuantities(sum, limits[name]) <= 0) continue;
    const message = `must be greater than or equal to aggregate container limits of ${sum}`;
    errors.push(invalidValue(path.child("limits").key(name), limits[name], message));
  }
  for (const [position, container] of (spec.containers ?? []).entries()) {
    for (const [name, limit] of Object.entries<string>(container.resources?.limits ?? {})) {
      if (limits[name] === undefined || compareQuantities(limit, limits[name]) <= 0) continue;
      const at = path.child("containers").index(position).key(name).child("limits");
      errors.push(invalidValue(at, limit, `must be less than or equal to pod limits of ${limits[name]}`));
    }
  }
}

/** `overhead` that a RuntimeClass adds: checked like the limits of a container. */
export function overheadQuantities(overhead: Draft, path: FieldPath, errors: FieldError[]): void {
  const found: FieldError[] = [];
  resourceRequirements({ limits: overhead }, containerResourceName, new Set(), path, found);
  errors.push(...found);
}
