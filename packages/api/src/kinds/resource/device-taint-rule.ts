import type { Draft } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec } from "../apps/replica-status.ts";
import { fields } from "../rules/rule.ts";
import { age, name, since } from "../tables/cell.ts";
import { COUNTED, validation } from "../tables/kind.ts";
import { DEVICE_TAINT_RULE_COLUMNS } from "./columns.ts";
import { deviceTaint } from "./device-rules.ts";

function stamp(draft: Draft, now: number): void {
  if (draft.spec?.taint) draft.spec.taint.timeAdded ??= new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
}

/** DeviceTaintRule (resource.k8s.io/v1beta2). */
export const deviceTaintRule: KindBehaviour = {
  columns: DEVICE_TAINT_RULE_COLUMNS,
  cells: (object, context) => {
    const taint = object.spec?.taint ?? {};
    return [
      name(object),
      taint.key ?? "",
      taint.value ?? "",
      taint.effect ?? "",
      taint.timeAdded ? since(taint.timeAdded, context) : "",
      age(object, context),
    ];
  },
  strategy: {
    ...COUNTED,
    ...validation(fields({ spec: fields({ taint: deviceTaint }) })),
    prepareForCreate: (draft, context) => {
      delete draft.status;
      stamp(draft, context.now);
    },
    prepareForUpdate: (draft, old, context) => {
      draft.status = old.status;
      stamp(draft, context.now);
    },
  },
  statusStrategy: { prepareForUpdate: keepSpec },
};
