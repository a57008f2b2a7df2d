import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { forbiddenField, invalidValue, required } from "@pinnace/apimachinery";
import { same } from "../../rules/equal.ts";
import { difference } from "../../rules/line-diff.ts";
import { each } from "../../rules/rule.ts";
import { imageWithoutSpace } from "./containers.ts";
import { affinityAfterUpdate, nodeSelectorAdditions } from "./gated-update.ts";
import { toleration } from "./scheduling.ts";

const UPDATABLE = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
];
const INT32_MAX = 2_147_483_647;

function containerUpdates(
  containers: readonly Draft[],
  old: readonly Draft[],
  path: FieldPath,
  errors: FieldError[],
): boolean {
  if (containers.length !== old.length) {
    errors.push(forbiddenField(path, "pod updates may not add or remove containers"));
    return false;
  }
  for (const [position, container] of containers.entries()) {
    if (!container.image) errors.push(required(path.index(position).child("image")));
    imageWithoutSpace(container, path.index(position), errors);
  }
  return true;
}

/** False when nothing else needs a look. */
function deadline(spec: Draft, old: Draft, path: FieldPath, errors: FieldError[]): boolean {
  const { activeDeadlineSeconds: seconds } = spec;
  const before = old.activeDeadlineSeconds;
  if (seconds === undefined || seconds === null) {
    const message = "must not update from a positive integer to nil value";
    if (before !== undefined && before !== null) errors.push(invalidValue(path, null, message));
    return true;
  }
  if (seconds < 0 || seconds > INT32_MAX) {
    errors.push(invalidValue(path, seconds, `must be between 0 and ${INT32_MAX}, inclusive`));
    return false;
  }
  if (before === undefined || before === null || before >= seconds) return true;
  errors.push(invalidValue(path, seconds, "must be less than or equal to previous value"));
  return false;
}

function onlyAddedTolerations(
  list: readonly Draft[],
  old: readonly Draft[],
  path: FieldPath,
  errors: FieldError[],
): void {
  const kept = old.every((before) =>
    list.some((after) => same({ ...before, tolerationSeconds: null }, { ...after, tolerationSeconds: null })),
  );
  if (kept) each(toleration)(list, path, errors, undefined);
  else errors.push(forbiddenField(path, "existing toleration can not be modified except its tolerationSeconds"));
}

function onlyDeletedGates(gates: readonly Draft[], old: readonly Draft[], path: FieldPath, errors: FieldError[]): void {
  const before = new Set(old.map((gate) => gate.name));
  for (const [position, { name }] of gates.entries()) {
    if (before.has(name)) continue;
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    errors.push(forbiddenField(path.index(position).child("name"), detail));
  }
}

/** No list for none, as messages then show it. */
function withImagesOf(containers: readonly Draft[], old: readonly Draft[]): Draft[] | undefined {
  if (containers.length === 0) return undefined;
  return containers.map((container, position) => ({ ...container, image: old[position]?.image }));
}

/** What an update of a pod's spec may change, beside what makes any spec invalid. */
export function podUpdate(spec: Draft, old: Draft, path: FieldPath, errors: FieldError[]): void {
  for (const list of ["containers", "initContainers"]) {
    if (!containerUpdates(spec[list] ?? [], old[list] ?? [], path.child(list), errors)) return;
  }
  if (!deadline(spec, old, path.child("activeDeadlineSeconds"), errors)) return;
  onlyAddedTolerations(spec.tolerations ?? [], old.tolerations ?? [], path.child("tolerations"), errors);
  onlyDeletedGates(spec.schedulingGates ?? [], old.schedulingGates ?? [], path.child("schedulingGates"), errors);
  if (same(spec, old)) return;
  const munged = {
    ...spec,
    containers: withImagesOf(spec.containers ?? [], old.containers ?? []),
    initContainers: withImagesOf(spec.initContainers ?? [], old.initContainers ?? []),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
  };
  if (old.terminationGracePeriodSeconds < 0 && spec.terminationGracePeriodSeconds === 1) {
    munged.terminationGracePeriodSeconds = old.terminationGracePeriodSeconds;
  }
  if (old.schedulingGates?.length) {
    nodeSelectorAdditions(spec.nodeSelector, old.nodeSelector, path.child("nodeSelector"), errors);
    munged.nodeSelector = old.nodeSelector;
    munged.affinity = affinityAfterUpdate(spec.affinity, old.affinity, path.child("affinity", "nodeAffinity"), errors);
  }
  if (same(munged, old)) return;
  const detail = `pod updates may not change fields other than ${UPDATABLE.join(",")}\n${difference("PodSpec", old, munged)}`;
  errors.push(forbiddenField(path, detail));
}
