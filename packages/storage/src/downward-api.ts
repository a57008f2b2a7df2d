import type { DownwardAPIVolumeFile, Pod } from "@pinnace/api";
import type { PayloadFile } from "./payload.ts";
import type { NodeResources } from "./resource-field.ts";
import { resourceFieldValue } from "./resource-field.ts";
import { VolumeError } from "./volume-error.ts";

const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/;

/**
 * The value of a downward API field of a pod, as `fieldRef` in env and volumes gives it. Throws {@link VolumeError}
 * `VOLUME_INVALID` for a path that is not supported.
 */
export function fieldValue(pod: Pod, fieldPath: string): string {
  const named = subscript.exec(fieldPath);
  if (named) return pod.metadata?.[named[1] as "labels" | "annotations"]?.[named[2] as string] ?? "";
  const read = fields[fieldPath];
  if (read === undefined) throw new VolumeError("VOLUME_INVALID", `unsupported fieldPath: ${fieldPath}`);
  return read(pod);
}

const fields: Readonly<Record<string, (pod: Pod) => string>> = {
  "metadata.name": (pod) => pod.metadata?.name ?? "",
  "metadata.namespace": (pod) => pod.metadata?.namespace ?? "",
  "metadata.uid": (pod) => pod.metadata?.uid ?? "",
  "metadata.labels": (pod) => formatMap(pod.metadata?.labels ?? {}),
  "metadata.annotations": (pod) => formatMap(pod.metadata?.annotations ?? {}),
  "spec.nodeName": (pod) => pod.spec?.nodeName ?? "",
  "spec.serviceAccountName": (pod) => pod.spec?.serviceAccountName ?? "",
  "status.hostIP": (pod) => pod.status?.hostIP ?? "",
  "status.hostIPs": (pod) => (pod.status?.hostIPs ?? []).map(({ ip }) => ip).join(","),
  "status.podIP": (pod) => pod.status?.podIP ?? "",
  "status.podIPs": (pod) => (pod.status?.podIPs ?? []).map(({ ip }) => ip).join(","),
};

/** `key="value"` lines, sorted by key, without a newline at the end. */
function formatMap(map: Readonly<Record<string, string>>): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join("\n");
}

/** The files of a downwardAPI volume. `node` bounds limits that a container does not set. */
export function renderDownwardApi(
  pod: Pod,
  items: readonly DownwardAPIVolumeFile[],
  defaultMode: number,
  node: NodeResources,
): readonly PayloadFile[] {
  const encoder = new TextEncoder();
  return items.map((item) => {
    const mode = item.mode ?? defaultMode;
    if (item.fieldRef)
      return { path: item.path, content: encoder.encode(fieldValue(pod, item.fieldRef.fieldPath)), mode };
    if (item.resourceFieldRef) {
      const value = resourceFieldValue(pod, item.resourceFieldRef, undefined, node);
      return { path: item.path, content: encoder.encode(value), mode };
    }
    throw new VolumeError("VOLUME_INVALID", `unsupported downwardAPI item: ${item.path}`);
  });
}
