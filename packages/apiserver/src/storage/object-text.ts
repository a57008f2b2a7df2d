import type { KubernetesObject } from "@pinnace/apimachinery";

/** The JSON of field sets, which objects of one template share. */
const texts = new WeakMap<object, string>();

/** The JSON of a frozen object, as `JSON.stringify` writes it; that of field sets is made once. */
export function objectText(object: KubernetesObject): string {
  if (!Array.isArray(object.metadata?.managedFields)) return JSON.stringify(object);
  return membersText(object, "metadata", (metadata) =>
    membersText(metadata as object, "managedFields", (entries) =>
      listText(entries as readonly unknown[], (entry) => membersText(entry as object, "fieldsV1", fieldsText)),
    ),
  );
}

/** The JSON of an object, one member of which is written by `write`. */
function membersText(object: object, special: string, write: (member: unknown) => string): string {
  if (typeof object !== "object" || object === null || Array.isArray(object)) return JSON.stringify(object);
  let text = "";
  for (const name in object) {
    const member = (object as Readonly<Record<string, unknown>>)[name];
    if (member === undefined) continue;
    const written = name === special ? write(member) : JSON.stringify(member);
    text += `${text === "" ? "{" : ","}${JSON.stringify(name)}:${written}`;
  }
  return text === "" ? "{}" : `${text}}`;
}

function listText(list: readonly unknown[], write: (item: unknown) => string): string {
  return `[${list.map((item) => (item === undefined ? "null" : write(item))).join(",")}]`;
}

function fieldsText(fields: unknown): string {
  if (typeof fields !== "object" || fields === null || !Object.isFrozen(fields)) return JSON.stringify(fields);
  let text = texts.get(fields);
  if (text === undefined) {
    text = JSON.stringify(fields);
    texts.set(fields, text);
  }
  return text;
}
