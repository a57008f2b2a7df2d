import { invalidValue } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { each, fields, ifPresent, type Rule } from "../rules/rule.ts";
import { qualifiedName } from "../rules/text.ts";
import { nameAndAge } from "../tables/cell.ts";
import { COUNTED, validation } from "../tables/kind.ts";
import { DEVICE_CLASS_COLUMNS } from "./columns.ts";
import { deviceConfiguration, deviceSelector } from "./device-rules.ts";

/** Extended resources have a domain that is not Kubernetes' own. */
const extendedResourceName: Rule = (value, path, errors) => {
  const own = !value.includes("/") || /(^|\.)kubernetes\.io\//.test(value) || value.startsWith("requests.");
  if (!own && qualifiedName(`requests.${value}`).length === 0) return;
  errors.push(invalidValue(path, value, "must be a valid extended resource name"));
};

const spec = fields({
  selectors: each(deviceSelector),
  config: each(deviceConfiguration),
  extendedResourceName: ifPresent(extendedResourceName),
});

/** DeviceClass (resource.k8s.io/v1). */
export const deviceClass: KindBehaviour = {
  default: (object) => {
    object.spec ??= {};
  },
  columns: DEVICE_CLASS_COLUMNS,
  cells: nameAndAge,
  strategy: { ...COUNTED, ...validation(fields({ spec })) },
};
