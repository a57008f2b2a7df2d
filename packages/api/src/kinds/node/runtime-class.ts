import { duplicate, fieldPath } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { overheadQuantities } from "../core/pod/pod-resources.ts";
import { toleration } from "../core/pod/scheduling.ts";
import { immutable } from "../rules/equal.ts";
import { goValue } from "../rules/go-json.ts";
import { labels } from "../rules/label-selector.ts";
import { canonicalizeMap } from "../rules/quantity.ts";
import { all, check, each, fields, ifPresent, needed, type Rule, text } from "../rules/rule.ts";
import { dnsLabel } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { UPSERT } from "../tables/kind.ts";
import { RUNTIME_CLASS_COLUMNS } from "./columns.ts";

const distinct: Rule = (value, path, errors) => {
  const seen = new Set<string>();
  (value ?? []).forEach((item: Record<string, unknown>, position: number) => {
    const key = JSON.stringify([item.key, item.operator, item.value, item.effect]);
    if (seen.has(key)) errors.push(duplicate(path.index(position), goValue("Toleration", item)));
    seen.add(key);
  });
};

const overhead: Rule = (value, path, errors) => overheadQuantities(value.podFixed, path, errors);

const rule = fields({
  handler: needed(text(dnsLabel)),
  overhead: ifPresent(overhead),
  scheduling: ifPresent(fields({ nodeSelector: ifPresent(labels), tolerations: all(each(toleration), distinct) })),
});

/** RuntimeClass (node.k8s.io/v1). */
export const runtimeClass: KindBehaviour = {
  default: (object) => canonicalizeMap(object.overhead?.podFixed),
  columns: RUNTIME_CLASS_COLUMNS,
  cells: (object, context) => [name(object), object.handler ?? "", age(object, context)],
  strategy: {
    ...UPSERT,
    allowUnconditionalUpdate: false,
    validate: (object) => check(rule, object, fieldPath()),
    validateUpdate: (object, old) => [
      ...check(rule, object, fieldPath()),
      ...immutable(object.handler ?? "", old.handler, fieldPath("handler")),
    ],
  },
};
