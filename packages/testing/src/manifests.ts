import { decodeYaml, type KubernetesObject, parseApiVersion, type ResourceType } from "@pinnace/apimachinery";
import type { DefinitionRegistry } from "@pinnace/apiserver";
import { messageOf } from "@pinnace/errors";
import { TestingError } from "./testing-error.ts";

/** The objects of YAML documents and of Lists; empty documents are passed over. Throws `INVALID_MANIFEST`. */
export function objectsOf(
  manifests: string | KubernetesObject | readonly KubernetesObject[],
): readonly KubernetesObject[] {
  if (typeof manifests === "string") return documentsOf(manifests).flatMap(itemsOf);
  const objects = Array.isArray(manifests) ? (manifests as readonly KubernetesObject[]) : [manifests];
  return (objects as readonly KubernetesObject[]).flatMap(itemsOf);
}

function documentsOf(text: string): readonly KubernetesObject[] {
  return text
    .split(/^---(?:[ \t].*)?$/m)
    .map(decodeDocument)
    .filter((value) => value !== null)
    .map((value) => value as KubernetesObject);
}

function decodeDocument(text: string): unknown {
  try {
    return decodeYaml(text).value;
  } catch (cause) {
    throw new TestingError("INVALID_MANIFEST", messageOf(cause), { cause });
  }
}

function itemsOf(object: KubernetesObject): readonly KubernetesObject[] {
  const { items } = object as { readonly items?: unknown };
  return object.kind?.endsWith("List") && Array.isArray(items) ? (items as KubernetesObject[]) : [object];
}

/** The resource that an object belongs to. Throws `INVALID_MANIFEST` without kind or name, `UNKNOWN_KIND`. */
export function typeOf(object: KubernetesObject, definitions: DefinitionRegistry): ResourceType<KubernetesObject> {
  const { apiVersion, kind, metadata } = object;
  if (!apiVersion || !kind || !metadata?.name)
    throw new TestingError("INVALID_MANIFEST", "a manifest needs apiVersion, kind and metadata.name");
  const { group, version } = parseApiVersion(apiVersion);
  const definition = definitions.findKind(group, version, kind);
  if (definition === undefined)
    throw new TestingError("UNKNOWN_KIND", `the cluster does not serve kind ${kind} in ${apiVersion}`);
  return definition;
}
