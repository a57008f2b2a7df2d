import { fieldPath, invalidValue } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { immutable } from "../rules/equal.ts";
import { labelSelector } from "../rules/label-selector.ts";
import { canonicalizeMembers, signOf } from "../rules/quantity.ts";
import { check, fields, ifPresent, type Rule, text } from "../rules/rule.ts";
import { dnsSubdomain } from "../rules/text.ts";
import { name } from "../tables/cell.ts";
import { STRICT } from "../tables/kind.ts";
import { CSI_STORAGE_CAPACITY_COLUMNS } from "./columns.ts";

const capacity: Rule = (value, path, errors) => {
  if (signOf(value) < 0) errors.push(invalidValue(path, String(value), "must be greater than or equal to 0"));
};

const rule = fields({
  nodeTopology: labelSelector,
  storageClassName: text(dnsSubdomain),
  capacity: ifPresent(capacity),
});

/** CSIStorageCapacity (storage.k8s.io/v1). */
export const csiStorageCapacity: KindBehaviour = {
  default: (object) => canonicalizeMembers(object, "capacity", "maximumVolumeSize"),
  columns: CSI_STORAGE_CAPACITY_COLUMNS,
  cells: (object) => [name(object), object.storageClassName ?? "", object.capacity ?? "<unset>"],
  strategy: {
    ...STRICT,
    validate: (object) => check(rule, object, fieldPath()),
    validateUpdate: (object, old) => [
      ...immutable(object.nodeTopology, old.nodeTopology, fieldPath("nodeTopology")),
      ...immutable(object.storageClassName ?? "", old.storageClassName, fieldPath("storageClassName")),
    ],
  },
};
