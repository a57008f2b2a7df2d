import { fieldPath, forbiddenField } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { same } from "../rules/equal.ts";
import { fields } from "../rules/rule.ts";
import { age, name } from "../tables/cell.ts";
import { changeFirst, PLAIN } from "../tables/kind.ts";
import { VOLUME_ATTRIBUTES_CLASS_COLUMNS } from "./columns.ts";
import { parameters, provisioner } from "./parameters.ts";

/** VolumeAttributesClass (storage.k8s.io/v1). */
export const volumeAttributesClass: KindBehaviour = {
  columns: VOLUME_ATTRIBUTES_CLASS_COLUMNS,
  cells: (object, context) => [name(object), object.driverName ?? "", age(object, context)],
  strategy: {
    ...PLAIN,
    ...changeFirst(fields({ driverName: provisioner, parameters: parameters(false) }), (object, old) =>
      ["driverName", "parameters"].flatMap((member) =>
        same(object[member], old[member])
          ? []
          : [forbiddenField(fieldPath(member), `updates to ${member} are forbidden.`)],
      ),
    ),
  },
};
