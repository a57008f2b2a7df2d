import type { Pod, Volume } from "@pinnace/api";
import { messageOf } from "@pinnace/errors";
import type { PodVolumes, VolumeHost } from "./contract.ts";
import type { RenderContext } from "./projected.ts";
import { renderVolume } from "./render-volume.ts";
import { setUpFailed, VolumeError } from "./volume-error.ts";

/** A volume host that also answers for all of its pods what is found at a host path. */
export interface MemoryVolumeHost extends VolumeHost {
  files(hostPath: string): Promise<ReadonlyMap<string, Uint8Array>>;
}

const ROOT = "/var/lib/kubelet/pods/";

/**
 * A volume host for simulated nodes: nothing is written anywhere. Contents from the API are rendered when somebody reads
 * them, every other kind of volume is an empty folder. A configMap or secret volume whose object is missing fails the
 * set-up as on a real node; projected volumes are looked at only when they are read, so that a pod does not wait for the
 * certificate of its namespace and costs no token.
 */
export function createMemoryVolumeHost(context: RenderContext): MemoryVolumeHost {
  const pods = new Map<string, PodVolumes>();
  return {
    async setUp(pod) {
      for (const volume of pod.spec?.volumes ?? [])
        if (volume.configMap || volume.secret) await requireSource(pod, volume, context);
      const volumes = memoryVolumes(pod, context);
      pods.set(pod.metadata?.uid ?? "", volumes);
      return volumes;
    },
    async tearDown(uid) {
      pods.delete(uid);
    },
    list: async () => [...pods.keys()],
    usage: async () => [],
    async files(path) {
      const uid = path.startsWith(ROOT) ? path.slice(ROOT.length).split("/")[0] : undefined;
      return (await pods.get(uid ?? "")?.files?.(path)) ?? new Map();
    },
  };
}

async function requireSource(pod: Pod, volume: Volume, context: RenderContext): Promise<void> {
  try {
    await renderVolume(pod, volume, context);
  } catch (error) {
    if (!(error instanceof VolumeError)) throw error;
    throw setUpFailed(volume.name, error.code, messageOf(error), error);
  }
}

function memoryVolumes(pod: Pod, context: RenderContext): PodVolumes {
  const root = `${ROOT}${pod.metadata?.uid ?? ""}/volumes/`;
  const volumes = new Map((pod.spec?.volumes ?? []).map((volume) => [volume.name, volume]));
  return {
    async hostPath(name, subPath) {
      if (!volumes.has(name)) throw new VolumeError("VOLUME_INVALID", `no volume "${name}"`);
      return root + name + (subPath === "" ? "" : `/${subPath}`);
    },
    async files(path) {
      const [name = "", ...rest] = path.slice(root.length).split("/");
      const volume = path.startsWith(root) ? volumes.get(name) : undefined;
      const files = volume && (await renderVolume(pod, volume, context));
      const below = rest.join("/");
      const found = new Map<string, Uint8Array>();
      for (const file of files ?? [])
        if (below === "" || file.path === below || file.path.startsWith(`${below}/`))
          found.set(`${root}${name}/${file.path}`, file.content);
      return found;
    },
  };
}
