import { decodeYaml } from "@pinnace/apimachinery";

/** The objects of a file with one or several YAML documents, or of JSON: one object, or a List of them. */
export function objectsOf(text: string): object {
  const documents = text
    .split(/^---(?:[ \t].*)?$/m)
    .filter((part) => part.replace(/^\s*#.*$/gm, "").trim() !== "")
    .map((part) => decodeYaml(part).value as object);
  return documents.length === 1 ? documents[0]! : { apiVersion: "v1", kind: "List", items: documents };
}
