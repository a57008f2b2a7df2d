import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { duplicate, forbiddenField, invalidValue, Quantity, required } from "@pinnace/apimachinery";
import { compareQuantities } from "../../rules/quantity.ts";
import { dnsLabel } from "../../rules/text.ts";
import { isHugePage, isOvercommitAllowed, resourceQuantity } from "../resource-names.ts";

type ResourceNameCheck = (name: string, path: FieldPath) => FieldError[];

/** `resources` of a container or of a pod. `claims` are the names in the pod's resourceClaims. */
export function resourceRequirements(
  requirements: Draft,
  checkName: ResourceNameCheck,
  claims: ReadonlySet<string>,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (!requirements) return;
  const { limits = {}, requests = {} } = requirements;
  const limitsPath = path.child("limits");
  const requestsPath = path.child("requests");
  for (const name of Object.keys(limits).sort()) {
    const at = limitsPath.key(name);
    errors.push(...checkName(name, at), ...resourceQuantity(name, limits[name], at));
    errors.push(...hugePage(name, limits[name], at));
  }
  for (const name of Object.keys(requests).sort()) {
    const at = requestsPath.key(name);
    errors.push(...checkName(name, at), ...resourceQuantity(name, requests[name], at));
    errors.push(...withinLimit(name, requests[name], limits[name], requestsPath, limitsPath));
    errors.push(...hugePage(name, requests[name], at));
  }
  const has = (name: string): boolean => limits[name] !== undefined || requests[name] !== undefined;
  const hugePages = Object.keys(limits).some(isHugePage) || Object.keys(requests).some(isHugePage);
  if (hugePages && !has("cpu") && !has("memory")) errors.push(forbiddenField(path, "HugePages require cpu or memory"));
  claimNames(requirements.claims ?? [], claims, path.child("claims"), errors);
}

function withinLimit(
  name: string,
  request: string,
  limit: string | undefined,
  requestsPath: FieldPath,
  limitsPath: FieldPath,
): FieldError[] {
  if (limit === undefined) {
    if (isOvercommitAllowed(name)) return [];
    return [required(limitsPath, "Limit must be set for non overcommitable resources")];
  }
  const order = compareQuantities(request, limit);
  if (order !== 0 && !isOvercommitAllowed(name)) {
    return [invalidValue(requestsPath, String(request), `must be equal to ${name} limit of ${limit}`)];
  }
  if (order <= 0) return [];
  return [invalidValue(requestsPath, String(request), `must be less than or equal to ${name} limit of ${limit}`)];
}

function hugePage(name: string, quantity: string, path: FieldPath): FieldError[] {
  if (!isHugePage(name) || isDivisible(name, quantity)) return [];
  return [invalidValue(path, String(quantity), `${quantity} is not positive integer multiple of ${name}`)];
}

function isDivisible(name: string, quantity: string): boolean {
  const size = pageSize(name.slice("hugepages-".length));
  return size > 0 && Quantity.parse(quantity).value() % size === 0;
}

function pageSize(text: string): number {
  if (!/^\d+(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$/.test(text)) return 0;
  const size = Quantity.parse(text);
  return size.milliValue() % 1000 === 0 ? size.value() : 0;
}

function claimNames(claims: readonly Draft[], known: ReadonlySet<string>, path: FieldPath, errors: FieldError[]): void {
  const seen = new Set<string>();
  for (const [position, claim] of claims.entries()) {
    const at = path.index(position);
    if (!claim.name) {
      errors.push(required(at));
      continue;
    }
    errors.push(...claimOverlap(claim, seen, at));
    if (!known.has(claim.name)) errors.push(unknownClaim(claim.name, known, at));
  }
}

/** A claim is named once as a whole, or once per request of it. */
function claimOverlap(claim: Draft, seen: Set<string>, path: FieldPath): FieldError[] {
  if (seen.has(claim.name)) return [duplicate(path, claim.name)];
  const errors: FieldError[] = [];
  const key = claim.request ? `${claim.name}/${claim.request}` : claim.name;
  if (claim.request) {
    for (const message of dnsLabel(claim.request))
      errors.push(invalidValue(path.child("request"), claim.request, message));
  }
  if (seen.has(key)) errors.push(duplicate(path, key));
  else if (!claim.request) {
    for (const other of seen) if (other.startsWith(`${claim.name}/`)) errors.push(duplicate(path, claim.name));
  }
  seen.add(key);
  return errors;
}

function unknownClaim(name: string, known: ReadonlySet<string>, path: FieldPath): FieldError {
  const names = known.size === 0 ? " which is empty" : `: ${[...known].sort().join(", ")}`;
  return {
    type: "FieldValueNotFound",
    field: path.toString(),
    message: `Not found: "${name}": must be one of the names in pod.spec.resourceClaims${names}`,
  };
}
