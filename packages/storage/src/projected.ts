import type { Pod, ProjectedVolumeSource, VolumeProjection } from "@pinnace/api";
import { renderDownwardApi } from "./downward-api.ts";
import type { ObjectSource } from "./object-source.ts";
import { type PayloadFile, renderConfigMap, renderSecret } from "./payload.ts";
import type { NodeResources } from "./resource-field.ts";
import { VolumeError } from "./volume-error.ts";

/** What rendering needs to know besides the pod. */
export interface RenderContext {
  readonly objects: ObjectSource;
  readonly node: NodeResources;
}

/**
 * The files of a projected volume: later sources win where paths meet. Service account tokens come from
 * {@link ObjectSource.serviceAccountToken}, so that calling this again renews them in time.
 */
export async function renderProjected(
  pod: Pod,
  source: ProjectedVolumeSource,
  context: RenderContext,
): Promise<readonly PayloadFile[]> {
  const defaultMode = source.defaultMode ?? 0o644;
  const parts = await Promise.all(
    (source.sources ?? []).map((projection) => renderProjection(pod, projection, defaultMode, context)),
  );
  const files = new Map<string, PayloadFile>();
  for (const file of parts.flat()) files.set(file.path, file);
  return [...files.values()];
}

async function renderProjection(
  pod: Pod,
  projection: VolumeProjection,
  defaultMode: number,
  { objects, node }: RenderContext,
): Promise<readonly PayloadFile[]> {
  const namespace = pod.metadata?.namespace ?? "";
  const { configMap, secret, downwardAPI, serviceAccountToken } = projection;
  if (configMap)
    return renderConfigMap({ ...configMap, defaultMode }, await objects.configMap(namespace, configMap.name ?? ""));
  if (secret) return renderSecret({ ...secret, defaultMode }, await objects.secret(namespace, secret.name ?? ""));
  if (downwardAPI) return renderDownwardApi(pod, downwardAPI.items ?? [], defaultMode, node);
  if (serviceAccountToken) {
    const token = await objects.serviceAccountToken({
      namespace,
      serviceAccountName: pod.spec?.serviceAccountName ?? "default",
      audience: serviceAccountToken.audience ?? "",
      expirationSeconds: serviceAccountToken.expirationSeconds ?? 3600,
      podName: pod.metadata?.name ?? "",
      podUid: pod.metadata?.uid ?? "",
    });
    const mode = tokenMode(pod, defaultMode);
    return [{ path: serviceAccountToken.path, content: new TextEncoder().encode(token), mode }];
  }
  throw new VolumeError("VOLUME_UNSUPPORTED", "projected source is not supported by this node");
}

/** A token is for its owner alone, or for the group when fsGroup says which (upstream's rule for KEP-1205 tokens). */
function tokenMode(pod: Pod, defaultMode: number): number {
  if (pod.spec?.securityContext?.fsGroup !== undefined) return 0o640;
  const users = new Set(
    [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].map(
      ({ securityContext }) => securityContext?.runAsUser ?? pod.spec?.securityContext?.runAsUser,
    ),
  );
  return users.size === 1 && !users.has(undefined) ? 0o600 : defaultMode;
}
