import { type KubernetesObject, StatusError } from "@pinnace/apimachinery";

export interface PartialObjectMetadata extends KubernetesObject {
  readonly kind: "PartialObjectMetadata";
}

/** Only the metadata of an object. */
export function partialMetadata(object: KubernetesObject, metaVersion: string): PartialObjectMetadata {
  return Object.freeze({
    kind: "PartialObjectMetadata",
    apiVersion: `meta.k8s.io/${metaVersion}`,
    metadata: object.metadata ?? {},
  });
}

/** 406 for a list asked as a single object, or the other way round. */
export function wrongPartialKind(asked: string, kind: string, list: boolean): StatusError {
  const what = list
    ? `the requested object is a list (*core.${kind})`
    : `the requested object is not a list (*core.${kind})`;
  return new StatusError(406, "NotAcceptable", `you requested ${asked}, but ${what}`);
}
