import type { Draft } from "@pinnace/apimachinery";
import { defaultRequirements } from "./resource-list.ts";

/** Defaults of a claim's spec, in a PersistentVolumeClaim and in templates. */
export function defaultClaimSpec(spec: Draft): void {
  spec.volumeMode ??= "Filesystem";
  spec.resources ??= {};
  defaultRequirements(spec.resources);
}

/** `dataSource` and `dataSourceRef` mirror each other when the reference stays in the namespace (normalizeDataSources). */
export function copyDataSource(spec: Draft): void {
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (spec.dataSourceRef && !spec.dataSource && !spec.dataSourceRef.namespace)
    spec.dataSource = { ...spec.dataSourceRef };
}
