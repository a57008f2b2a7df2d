import {
  type Column,
  type Draft,
  humanDuration,
  type Json,
  type JsonPath,
  type KubernetesObject,
  parseJsonPath,
} from "@pinnace/apimachinery";

const NAME: Column = {
  name: "Name",
  type: "string",
  format: "name",
  description:
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names",
  priority: 0,
};
const AGE: Column = {
  name: "Age",
  type: "date",
  format: "",
  description:
    "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
  priority: 0,
};
const AGE_PATH = ".metadata.creationTimestamp";

/** The table of a custom resource: name, then `additionalPrinterColumns` (or the age when there are none). */
export function customColumns(printer: readonly Draft[] | undefined): {
  readonly columns: readonly Column[];
  cells(object: KubernetesObject, context: { readonly now: number }): readonly Json[];
} {
  if (!printer?.length) {
    const path = parseJsonPath(AGE_PATH);
    return { columns: [NAME, AGE], cells: (object, { now }) => [nameOf(object), cell(path, "date", object, now)] };
  }
  const paths = printer.map(({ jsonPath, type }): [JsonPath, string] => [parseJsonPath(jsonPath), type]);
  const columns = printer.map(({ name, type, format = "", description, priority = 0, jsonPath }) => ({
    name,
    type,
    format,
    description: description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    priority,
  }));
  return {
    columns: [NAME, ...columns],
    cells: (object, { now }) => [nameOf(object), ...paths.map(([path, type]) => cell(path, type, object, now))],
  };
}

function nameOf({ metadata }: KubernetesObject): string {
  return metadata?.name ?? "";
}

function cell(path: JsonPath, type: string, object: KubernetesObject, now: number): Json {
  const [value] = path.values(object);
  if (value === undefined || value === null) return null;
  switch (type) {
    case "integer":
      return typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return typeof value === "number" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date": {
      const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
      return Number.isNaN(time) ? "<invalid>" : humanDuration(now - time);
    }
    default:
      return typeof value === "string" ? value : JSON.stringify(value);
  }
}
