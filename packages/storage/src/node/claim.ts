import type { PersistentVolumeSpec } from "@pinnace/api";
import type { ObjectSource } from "../object-source.ts";
import { VolumeError } from "../volume-error.ts";
import { prepareHostPath } from "./host-path.ts";

/**
 * The path on this node of a bound claim whose volume is a `hostPath` or `local` one. Rejects with {@link VolumeError}:
 * `VOLUME_SOURCE_MISSING` while the claim is missing or not bound, `VOLUME_UNSUPPORTED` for other kinds of volume.
 */
export async function resolveClaim(
  objects: ObjectSource,
  namespace: string,
  name: string,
): Promise<{ readonly path: string; readonly local: boolean }> {
  const claim = await objects.persistentVolumeClaim(namespace, name);
  if (!claim) throw new VolumeError("VOLUME_SOURCE_MISSING", `persistentvolumeclaim "${name}" not found`);
  const volumeName = claim.spec?.volumeName;
  if (claim.status?.phase !== "Bound" || !volumeName)
    throw new VolumeError("VOLUME_SOURCE_MISSING", `PVC ${namespace}/${name} is not bound`);
  const volume = await objects.persistentVolume(volumeName);
  if (!volume) throw new VolumeError("VOLUME_SOURCE_MISSING", `persistentvolume "${volumeName}" not found`);
  return sourcePath(volume.spec ?? {}, volumeName);
}

async function sourcePath(
  { hostPath, local }: PersistentVolumeSpec,
  name: string,
): Promise<{ readonly path: string; readonly local: boolean }> {
  if (hostPath) return { path: await prepareHostPath(hostPath), local: false };
  if (local) return { path: await prepareHostPath({ path: local.path, type: "Directory" }), local: true };
  throw new VolumeError("VOLUME_UNSUPPORTED", `no volume plugin matched PersistentVolume "${name}"`);
}
