import type { Pod, Volume } from "@pinnace/api";
import { renderDownwardApi } from "./downward-api.ts";
import { type PayloadFile, renderConfigMap, renderSecret } from "./payload.ts";
import { type RenderContext, renderProjected } from "./projected.ts";

/** The files of a volume whose contents come from the API, or undefined for every other kind of volume. */
export async function renderVolume(
  pod: Pod,
  volume: Volume,
  context: RenderContext,
): Promise<readonly PayloadFile[] | undefined> {
  const namespace = pod.metadata?.namespace ?? "";
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) return renderConfigMap(configMap, await context.objects.configMap(namespace, configMap.name ?? ""));
  if (secret) {
    const name = secret.secretName ?? "";
    return renderSecret({ ...secret, name }, await context.objects.secret(namespace, name));
  }
  if (downwardAPI)
    return renderDownwardApi(pod, downwardAPI.items ?? [], downwardAPI.defaultMode ?? 0o644, context.node);
  if (projected) return renderProjected(pod, projected, context);
  return undefined;
}
