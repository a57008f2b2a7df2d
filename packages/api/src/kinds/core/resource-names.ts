import type { FieldError, FieldPath } from "@pinnace/apimachinery";
import { invalidValue, notSupported } from "@pinnace/apimachinery";
import { isWhole, type QuantityText, signOf } from "../rules/quantity.ts";
import { qualifiedName } from "../rules/text.ts";

const COUNTED = [
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
];
const COMPUTE = ["cpu", "memory", "ephemeral-storage"];
const INTEGER = new Set(COUNTED);
const CONTAINER = new Set(COMPUTE);
const QUOTA = new Set([
  ...COMPUTE,
  ...COMPUTE.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  "requests.storage",
  ...COUNTED,
]);
const STANDARD = new Set([...QUOTA, "storage"]);

export function isHugePage(name: string): boolean {
  return name.startsWith("hugepages-");
}

function isQuotaHugePage(name: string): boolean {
  return isHugePage(name) || name.startsWith("requests.hugepages-");
}

function isNative(name: string): boolean {
  return !name.includes("/") || name.includes("kubernetes.io/");
}

/** `vendor.example/thing`: counted by a device plugin. */
function isExtendedResource(name: string): boolean {
  return !isNative(name) && !name.startsWith("requests.") && qualifiedName(`requests.${name}`).length === 0;
}

/** Whether requests may be less than limits. */
export function isOvercommitAllowed(name: string): boolean {
  return isNative(name) && !isHugePage(name);
}

/** Any resource name: a standard one, or qualified by a domain. */
export function resourceName(name: string, path: FieldPath): FieldError[] {
  const messages = qualifiedName(name);
  if (messages.length > 0) return messages.map((message) => invalidValue(path, name, message));
  if (name.includes("/") || STANDARD.has(name) || isQuotaHugePage(name)) return [];
  return [invalidValue(path, name, "must be a standard resource type or fully qualified")];
}

/** A resource that containers request. */
export function containerResourceName(name: string, path: FieldPath): FieldError[] {
  const errors = resourceName(name, path);
  if (!name.includes("/")) {
    if (CONTAINER.has(name) || isHugePage(name)) return errors;
    return [...errors, invalidValue(path, name, "must be a standard resource for containers")];
  }
  if (isNative(name) || isExtendedResource(name)) return errors;
  return [...errors, invalidValue(path, name, "doesn't follow extended resource name standard")];
}

/** A resource that a pod as a whole requests (KEP-2837). */
export function podResourceName(name: string, path: FieldPath): FieldError[] {
  const errors = resourceName(name, path);
  if (errors.length > 0 || name === "cpu" || name === "memory" || isHugePage(name)) return errors;
  return [notSupported(path, name, ["cpu", "hugepages-", "memory"])];
}

/** A resource that a quota limits. */
export function quotaResourceName(name: string, path: FieldPath): FieldError[] {
  const errors = resourceName(name, path);
  if (name.includes("/") || QUOTA.has(name) || isQuotaHugePage(name)) return errors;
  return [...errors, invalidValue(path, name, "must be a standard resource for quota")];
}

/** Not negative, and whole where things are counted. */
export function resourceQuantity(name: string, quantity: QuantityText, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (signOf(quantity) < 0) errors.push(invalidValue(path, String(quantity), "must be greater than or equal to 0"));
  if ((INTEGER.has(name) || isExtendedResource(name)) && !isWhole(quantity)) {
    errors.push(invalidValue(path, String(quantity), "must be an integer"));
  }
  return errors;
}

/** A resource that quotas know by name, rather than by domain. */
export function isStandardQuotaResource(name: string): boolean {
  return QUOTA.has(name) || isQuotaHugePage(name);
}
