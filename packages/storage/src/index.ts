/**
 * Volumes: what a kubelet mounts for a pod, and the rendering of volumes that come from API objects.
 *
 * A {@link VolumeHost} makes the volumes of a pod and says where they are. The pure functions render ConfigMaps, Secrets
 * and the downward API into files.
 *
 * ```ts
 * import { renderConfigMap } from "@pinnace/storage";
 *
 * const files = renderConfigMap({ name: "site" }, { data: { "index.html": "hello" } });
 * console.log(files.map((file) => `${file.path} ${file.mode.toString(8)}`)); // ["index.html 644"]
 * ```
 *
 * @packageDocumentation
 */
export * from "./contract.ts";
export * from "./downward-api.ts";
export * from "./memory-volume-host.ts";
export * from "./object-source.ts";
export * from "./payload.ts";
export * from "./projected.ts";
export * from "./render-volume.ts";
export * from "./resource-field.ts";
export * from "./volume-error.ts";
