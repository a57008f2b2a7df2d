import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, invalidValue, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { nodeSelector } from "../core/node-selector.ts";
import { immutable } from "../rules/equal.ts";
import { canonicalizeMembers } from "../rules/quantity.ts";
import { all, check, fields, ifPresent, must, positive, type Rule, text } from "../rules/rule.ts";
import { dnsSubdomain } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { COUNTED } from "../tables/kind.ts";
import { RESOURCE_SLICE_COLUMNS } from "./columns.ts";
import { counterSet, device } from "./device.ts";
import { driverName, membersSet, namedSet, notEmpty, poolName, trueOrUnset } from "./device-rules.ts";

const SPEC = fieldPath("spec");
const PLACES = ["nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection"];
const ONE_PLACE = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";

const oneTerm: Rule = (value, path, errors) => {
  const terms = value.nodeSelectorTerms ?? [];
  if (terms.length === 1) return;
  errors.push(invalidValue(path.child("nodeSelectorTerms"), terms, "must have exactly one node selector term"));
};

const head: Rule = fields({
  driver: driverName,
  pool: fields({
    name: poolName,
    resourceSliceCount: positive,
    generation: must((value) => (value ?? 0) >= 0, "must be greater than or equal to zero"),
  }),
});

const place: Rule = (value, path, errors, owner) => {
  const members = fields({
    nodeName: notEmpty("must be either unset or set to a non-empty string", text(dnsSubdomain)),
    nodeSelector: ifPresent(all(nodeSelector, oneTerm)),
    allNodes: trueOrUnset,
    perDeviceNodeSelection: trueOrUnset,
  });
  members(value, path, errors, owner);
  const given = membersSet(value, PLACES);
  if (given.length === 0) errors.push(required(path, ONE_PLACE));
  else if (given.length > 1) {
    errors.push(invalidValue(path, `{${given.join(", ")}}`, `${ONE_PLACE}, but multiple fields are set`));
  }
};

const content: Rule = (value, path, errors, owner) => {
  if (value.sharedCounters !== undefined && value.devices !== undefined) {
    errors.push(invalidValue(path, "", "only one of `sharedCounters` or `devices` is allowed"));
  }
  const devices = namedSet(device(Boolean(value.perDeviceNodeSelection)));
  fields({ devices, sharedCounters: namedSet(counterSet) })(value, path, errors, owner);
};

function errorsOf({ spec = {} }: Draft, old?: Draft): FieldError[] {
  const before = old?.spec;
  const kept = before
    ? [
        ...immutable(spec.pool?.name ?? "", before.pool?.name, SPEC.child("pool", "name")),
        ...immutable(spec.driver ?? "", before.driver, SPEC.child("driver")),
        ...immutable(spec.nodeName, before.nodeName, SPEC.child("nodeName")),
      ]
    : [];
  return [...check(head, spec, SPEC), ...kept, ...check(all(place, content), spec, SPEC)];
}

function setDefaults(object: Draft): void {
  object.spec ??= {};
  for (const item of object.spec.devices ?? []) {
    for (const capacity of Object.values<Draft>(item.capacity ?? {})) canonicalizeMembers(capacity, "value");
  }
}

/** Taints say when they were added. */
function stampTaints(draft: Draft, now: number): void {
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
  for (const item of draft.spec?.devices ?? []) {
    for (const taint of item.taints ?? []) taint.timeAdded ??= time;
  }
}

/** ResourceSlice (resource.k8s.io/v1). */
export const resourceSlice: KindBehaviour = {
  default: setDefaults,
  columns: RESOURCE_SLICE_COLUMNS,
  cells: (object, context) => [
    name(object),
    object.spec?.nodeName ?? "",
    object.spec?.driver ?? "",
    object.spec?.pool?.name ?? "",
    age(object, context),
  ],
  fieldNames: ["spec.driver", "spec.nodeName"],
  fields: (object: Draft) => ({
    "spec.driver": object.spec?.driver ?? "",
    "spec.nodeName": object.spec?.nodeName ?? "",
  }),
  strategy: {
    ...COUNTED,
    prepareForCreate: (draft, context) => stampTaints(draft, context.now),
    prepareForUpdate: (draft, _old, context) => stampTaints(draft, context.now),
    validate: (object) => errorsOf(object),
    validateUpdate: errorsOf,
  },
};
