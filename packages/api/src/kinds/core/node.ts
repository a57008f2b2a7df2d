import type { Draft, FieldError, FieldPath, Json } from "@pinnace/apimachinery";
import { duplicate, fieldPath, forbiddenField, invalidValue, parseCidr } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { goValue } from "../rules/go-json.ts";
import { each, needed, type Rule, text } from "../rules/rule.ts";
import { labelValue, legacyCidr, qualifiedName } from "../rules/text.ts";
import { age, type CellContext, name } from "../tables/cell.ts";
import { PLAIN } from "../tables/kind.ts";
import { NODE_COLUMNS } from "./columns.ts";
import { nodeLabelDeprecation } from "./node-labels.ts";
import { taintEffect } from "./pod/scheduling.ts";
import { defaultResourceList } from "./resource-list.ts";
import { resourceQuantity } from "./resource-names.ts";

const taint: Rule = (value, path, errors, owner) => {
  text(qualifiedName)(value.key, path.child("key"), errors, value);
  const messages = labelValue(value.value ?? "");
  if (messages.length > 0) errors.push(invalidValue(path.child("value"), value.value, messages.join(";")));
  needed(taintEffect)(value.effect, path.child("effect"), errors, owner);
};

const taints: Rule = (value, path, errors) => {
  const seen = new Set<string>();
  for (const [position, item] of (value ?? []).entries()) {
    const at = path.index(position);
    taint(item, at, errors, item);
    const key = `${item.effect} ${item.key}`;
    if (seen.has(key)) {
      const error = duplicate(at, goValue("Taint", item));
      errors.push({ ...error, message: `${error.message}: taints must be unique by key and effect pair` });
    }
    seen.add(key);
  }
};

function quantities(node: Draft): FieldError[] {
  const errors: FieldError[] = [];
  for (const kind of ["capacity", "allocatable"]) {
    for (const [resource, quantity] of Object.entries<string>(node.status?.[kind] ?? {})) {
      errors.push(...resourceQuantity(resource, quantity, fieldPath("status", kind, resource)));
    }
  }
  return errors;
}

function podCidrs(list: readonly string[], path: FieldPath, errors: FieldError[]): void {
  each(legacyCidr())(list, path, errors, undefined);
  if (list.length < 2) return;
  const families = new Set(list.map((cidr) => parseCidr(cidr, { sloppy: true })?.ip.version));
  if (list.length === 2 && families.size === 2) return;
  errors.push(invalidValue(path, list, "may specify no more than one CIDR for each IP family"));
}

const FEATURE = /^[A-Z][A-Za-z0-9]*(\/[A-Za-z0-9]+)*$/;

function declaredFeatures(node: Draft): FieldError[] {
  const path = fieldPath("status", "declaredFeatures");
  const list: readonly string[] = node.status?.declaredFeatures ?? [];
  return list.flatMap((feature, position) => {
    const errors: FieldError[] = [];
    const shape =
      "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes";
    if (!FEATURE.test(feature)) {
      errors.push(invalidValue(path.index(position), feature, `invalid feature name "${feature}": ${shape}`));
    }
    const next = list[position + 1];
    if (next === feature) errors.push(duplicate(path.index(position + 1), next));
    else if (next !== undefined && next < feature) {
      errors.push(invalidValue(path.index(position + 1), next, "list must be sorted alphabetically"));
    }
    return errors;
  });
}

function validate(node: Draft): FieldError[] {
  const errors: FieldError[] = [];
  taints(node.spec?.taints, fieldPath("metadata", "taints"), errors, node);
  errors.push(...quantities(node), ...declaredFeatures(node));
  podCidrs(node.spec?.podCIDRs ?? [], fieldPath("spec", "podCIDRs"), errors);
  return errors;
}

const CIDR_KEPT = 'node updates may not change podCIDR except from "" to valid';
const PROVIDER_KEPT = 'node updates may not change providerID except from "" to valid';

function validateUpdate(node: Draft, old: Draft): FieldError[] {
  const errors: FieldError[] = [...quantities(node), ...declaredFeatures(node)];
  const seen = new Set<string>();
  for (const [position, address] of (node.status?.addresses ?? []).entries()) {
    const key = JSON.stringify(address);
    if (seen.has(key))
      errors.push(duplicate(fieldPath("status", "addresses").index(position), goValue("NodeAddress", address)));
    seen.add(key);
  }
  const before: readonly string[] = old.spec?.podCIDRs ?? [];
  const after: readonly string[] = node.spec?.podCIDRs ?? [];
  const changed = before.filter((cidr, index) => before.length !== after.length || cidr !== after[index]);
  for (const _ of before.length === after.length ? changed : changed.slice(0, 1)) {
    errors.push(forbiddenField(fieldPath("spec", "podCIDRs"), CIDR_KEPT));
  }
  if (old.spec?.providerID && old.spec.providerID !== node.spec?.providerID) {
    errors.push(forbiddenField(fieldPath("spec", "providerID"), PROVIDER_KEPT));
  }
  taints(node.spec?.taints, fieldPath("metadata", "taints"), errors, node);
  if ((node.spec?.externalID ?? "") !== (old.spec?.externalID ?? "")) {
    errors.push(forbiddenField(fieldPath("spec", "externalID"), "may not be updated"));
  }
  return errors;
}

function defaultNode(node: Draft): void {
  node.spec ??= {};
  node.status ??= {};
  const { spec, status } = node;
  if (spec.podCIDR && !spec.podCIDRs?.length) spec.podCIDRs = [spec.podCIDR];
  else if (spec.podCIDRs?.length) spec.podCIDR = spec.podCIDRs[0];
  if (status.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
  defaultResourceList(status.capacity);
  defaultResourceList(status.allocatable);
}

const ROLE = "node-role.kubernetes.io/";

function roles(node: Draft): string {
  const found = new Set<string>();
  for (const [key, value] of Object.entries<string>(node.metadata?.labels ?? {})) {
    if (key.startsWith(ROLE) && key.length > ROLE.length) found.add(key.slice(ROLE.length));
    if (key === "kubernetes.io/role" && value) found.add(value);
  }
  return [...found].sort().join(",") || "<none>";
}

function statusText(node: Draft): string {
  const ready = (node.status?.conditions ?? []).findLast((condition: Draft) => condition.type === "Ready");
  const status = ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
  return node.spec?.unschedulable ? `${status},SchedulingDisabled` : status;
}

function address(node: Draft, type: string): string {
  return (node.status?.addresses ?? []).find((each: Draft) => each.type === type)?.address ?? "<none>";
}

function cells(node: Draft, context: CellContext): Json[] {
  const info = node.status?.nodeInfo ?? {};
  const kernel = info.kernelVersion || "<unknown>";
  return [
    name(node),
    statusText(node),
    roles(node),
    age(node, context),
    info.kubeletVersion ?? "",
    address(node, "InternalIP"),
    address(node, "ExternalIP"),
    info.osImage || "<unknown>",
    info.architecture ? `${kernel} (${info.architecture})` : kernel,
    info.containerRuntimeVersion || "<unknown>",
  ];
}

function warnings(node: Draft): string[] {
  const found = node.spec?.configSource
    ? ["spec.configSource: the dynamic kubelet configuration feature has been removed; spec.configSource is a no-op"]
    : [];
  if (node.spec?.externalID) found.push("spec.externalID: this field is deprecated, and is unused by Kubernetes");
  for (const [position, { key }] of (node.spec?.taints ?? []).entries()) {
    const message = nodeLabelDeprecation(key);
    if (message) found.push(`spec.taints[${position}].key: ${key} is ${message}`);
  }
  return found;
}

/** Node (core/v1). */
export const node: KindBehaviour = {
  default: defaultNode,
  columns: NODE_COLUMNS,
  cells,
  fieldNames: ["spec.unschedulable"],
  fields: (object: Draft) => ({ "spec.unschedulable": String(object.spec?.unschedulable ?? false) }),
  strategy: {
    ...PLAIN,
    prepareForCreate: () => undefined,
    prepareForUpdate: (object, old) => {
      object.status = old.status;
    },
    validate,
    validateUpdate: (object, old) => [...validate(object), ...validateUpdate(object, old)],
    warningsOnCreate: warnings,
    warningsOnUpdate: warnings,
  },
  statusStrategy: {
    prepareForUpdate: (object, old) => {
      object.spec = old.spec;
    },
    validateUpdate,
  },
};
