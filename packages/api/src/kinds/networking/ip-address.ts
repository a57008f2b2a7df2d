import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, validateIp } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { immutableStruct } from "../rules/equal.ts";
import { check, fields } from "../rules/rule.ts";
import { age, name } from "../tables/cell.ts";
import { PLAIN } from "../tables/kind.ts";
import { IP_ADDRESS_COLUMNS } from "./columns.ts";
import { parentReference } from "./references.ts";

function parentText({ spec }: Draft): string {
  const { group, resource, namespace, name: own } = spec?.parentRef ?? {};
  if (!spec?.parentRef) return "<none>";
  return [group ? `${resource}.${group}` : resource, namespace, own].filter(Boolean).join("/").toLowerCase();
}

/** The message of an error without the value that it quotes. */
function detailOf(value: string): (error: FieldError) => string {
  const start = `Invalid value: ${JSON.stringify(value)}: `;
  return ({ message }) => (message.startsWith(start) ? message.slice(start.length) : message);
}

/** IPAddress (networking.k8s.io/v1): named by the address, of whatever has it. */
export const ipAddress: KindBehaviour = {
  columns: IP_ADDRESS_COLUMNS,
  cells: (object, context) => [name(object), parentText(object), age(object, context)],
  strategy: {
    ...PLAIN,
    validateName: (text) => validateIp(fieldPath("metadata", "name"), text).map(detailOf(text)),
    validate: (object) => check(fields({ spec: fields({ parentRef: parentReference }) }), object, fieldPath()),
    validateUpdate: (object, old) =>
      immutableStruct("ParentReference", object.spec?.parentRef, old.spec?.parentRef, fieldPath("spec", "parentRef")),
  },
};
