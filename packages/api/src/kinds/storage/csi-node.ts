import type { Draft, FieldError } from "@pinnace/apimachinery";
import { duplicate, fieldPath, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { csiDriverName } from "../core/volume-sources.ts";
import { immutable } from "../rules/equal.ts";
import { fields, ifPresent, must, needed, nonNegative, type Rule, text } from "../rules/rule.ts";
import { qualifiedName } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { STRICT, validation } from "../tables/kind.ts";
import { CSI_NODE_COLUMNS } from "./columns.ts";

const MAX_NODE_ID = 256;

const topologyKeys: Rule = (value, path, errors, owner) => {
  const seen = new Set<string>();
  for (const key of value ?? []) {
    if (key === "") errors.push(required(path));
    if (seen.has(key)) errors.push(duplicate(path, key));
    seen.add(key);
    text(qualifiedName)(key, path, errors, owner);
  }
};

const driver: Rule = fields({
  name: csiDriverName,
  nodeID: needed(must((id) => id.length <= MAX_NODE_ID, `must be ${MAX_NODE_ID} characters or less`)),
  allocatable: ifPresent(fields({ count: ifPresent(nonNegative) })),
});

const drivers: Rule = (value, path, errors, owner) => {
  const seen = new Set<string>();
  (value ?? []).forEach((item: Draft, position: number) => {
    const at = path.index(position);
    driver(item, at, errors, owner);
    if (seen.has(item.name)) errors.push(duplicate(at.child("name"), item.name));
    seen.add(item.name);
    topologyKeys(item.topologyKeys, at, errors, item);
  });
};

/** A driver as messages show it, without what may change. */
function fixedPart({ name: own, nodeID, topologyKeys: keys }: Draft): Draft {
  return { Name: own ?? "", NodeID: nodeID ?? "", TopologyKeys: keys ?? null, Allocatable: null };
}

function fixedDrivers(object: Draft, old: Draft): FieldError[] {
  const path = fieldPath("spec", "drivers");
  return (old.spec?.drivers ?? []).flatMap((before: Draft) =>
    (object.spec?.drivers ?? [])
      .filter((item: Draft) => item.name === before.name)
      .flatMap((item: Draft) => immutable(fixedPart(item), fixedPart(before), path)),
  );
}

/** CSINode (storage.k8s.io/v1). */
export const csiNode: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
  },
  columns: CSI_NODE_COLUMNS,
  cells: (object, context) => [name(object), (object.spec?.drivers ?? []).length, age(object, context)],
  strategy: { ...STRICT, ...validation(fields({ spec: fields({ drivers }) }), fixedDrivers) },
};
