import { chmod, mkdir, readdir, rm, rmdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Pod, Volume } from "@pinnace/api";
import { Quantity } from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import type { PodVolumes, VolumeHost, VolumeUsage } from "../contract.ts";
import type { ObjectSource } from "../object-source.ts";
import { renderVolume } from "../render-volume.ts";
import type { NodeResources } from "../resource-field.ts";
import { setUpFailed, VolumeError } from "../volume-error.ts";
import { type AtomicWriter, createAtomicWriter } from "./atomic-writer.ts";
import { resolveClaim } from "./claim.ts";
import { prepareHostPath } from "./host-path.ts";
import { createMounter, type Mounter } from "./mounts.ts";
import { applyFsGroup } from "./ownership.ts";
import { bindSubPath } from "./sub-path.ts";

export interface NodeVolumeHostComponents {
  readonly objects: ObjectSource;
  readonly node: NodeResources;
  /** Milliseconds since the epoch, for the names of versions. */
  readonly now: () => number;
  /** Default: `mount` and `umount` of this machine. */
  readonly mounter?: Mounter;
}

export interface NodeVolumeHostOptions {
  /** Default `/var/lib/kubelet`; volumes live in `pods/<uid>/volumes` below. */
  readonly rootDirectory?: string;
}

/** Volumes on this machine: emptyDir, configMap, secret, projected, downwardAPI, hostPath, and claims of local volumes. */
export function createNodeVolumeHost(
  components: NodeVolumeHostComponents,
  options: NodeVolumeHostOptions = {},
): VolumeHost {
  return new NodeVolumeHost(components, options.rootDirectory ?? "/var/lib/kubelet");
}

class NodeVolumeHost implements VolumeHost {
  readonly #components: NodeVolumeHostComponents;
  readonly #mounter: Mounter;
  readonly #pods: string;
  readonly #writers = new Map<string, AtomicWriter>();

  constructor(components: NodeVolumeHostComponents, root: string) {
    this.#components = components;
    this.#mounter = components.mounter ?? createMounter();
    this.#pods = join(root, "pods");
  }

  async setUp(pod: Pod, signal: AbortSignal): Promise<PodVolumes> {
    const paths = new Map<string, string>();
    for (const volume of pod.spec?.volumes ?? []) {
      signal.throwIfAborted();
      try {
        paths.set(volume.name, await this.#setUpOne(pod, volume));
      } catch (error) {
        throw setUpFailed(
          volume.name,
          error instanceof VolumeError ? error.code : "VOLUME_IO",
          messageOf(error),
          error,
        );
      }
    }
    const uid = pod.metadata?.uid ?? "";
    return { hostPath: (name, subPath) => this.#hostPath(uid, paths, name, subPath) };
  }

  async tearDown(podUid: string): Promise<void> {
    const pod = join(this.#pods, podUid);
    for (const folder of ["volume-subpaths", "volumes"]) {
      const path = join(pod, folder);
      for (const point of await this.#mounter.below(path)) await this.#mounter.unmount(point);
      await rm(path, { recursive: true, force: true });
    }
    for (const key of this.#writers.keys()) if (key.startsWith(`${pod}/`)) this.#writers.delete(key);
    await rmdir(pod).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "ENOENT") throw error;
    });
  }

  async list(): Promise<readonly string[]> {
    const uids = await namesIn(this.#pods);
    const mounted = await Promise.all(uids.map((uid) => namesIn(join(this.#pods, uid, "volumes"))));
    return uids.filter((_, index) => (mounted[index] ?? []).length > 0);
  }

  async usage(podUid: string): Promise<readonly VolumeUsage[]> {
    const volumes = join(this.#pods, podUid, "volumes");
    const usage: VolumeUsage[] = [];
    for (const plugin of await namesIn(volumes)) {
      for (const name of await namesIn(join(volumes, plugin))) {
        const { bsize, blocks, bavail, bfree, files, ffree } = await statfs(join(volumes, plugin, name));
        const usedBytes = (blocks - bfree) * bsize;
        const sizes = { capacityBytes: blocks * bsize, availableBytes: bavail * bsize, inodesUsed: files - ffree };
        usage.push({ name, usedBytes, ...sizes });
      }
    }
    return usage;
  }

  async #setUpOne(pod: Pod, volume: Volume): Promise<string> {
    const { objects } = this.#components;
    const context = pod.spec?.securityContext;
    if (volume.hostPath) return prepareHostPath(volume.hostPath);
    const claimName =
      volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral && `${pod.metadata?.name}-${volume.name}`);
    if (claimName !== undefined) {
      const { path, local } = await resolveClaim(objects, pod.metadata?.namespace ?? "", claimName);
      if (local) await applyFsGroup(path, context);
      return path;
    }
    if (volume.emptyDir) return this.#emptyDir(pod, volume);
    const path = this.#path(pod, volume.name, pluginOf(volume));
    const files = await renderVolume(pod, volume, this.#components);
    if (!files) throw new VolumeError("VOLUME_UNSUPPORTED", "no volume plugin matched");
    await this.#ensureFolder(path, volume.configMap ? "disk" : "memory", undefined);
    const writer = this.#writers.get(path) ?? createAtomicWriter(path);
    this.#writers.set(path, writer);
    await writer.write(files, ownerOf(pod), stampOf(this.#components.now()));
    return path;
  }

  async #emptyDir(pod: Pod, volume: Volume): Promise<string> {
    const path = this.#path(pod, volume.name, "empty-dir");
    const { medium, sizeLimit } = volume.emptyDir ?? {};
    const size = sizeLimit === undefined ? undefined : Quantity.parse(sizeLimit).value();
    const made = await this.#ensureFolder(path, medium === "Memory" ? "memory" : "disk", size);
    if (!made) return path;
    await chmod(path, 0o777);
    await applyFsGroup(path, pod.spec?.securityContext);
    return path;
  }

  /** True when the folder was not there before. */
  async #ensureFolder(path: string, medium: "disk" | "memory", size: number | undefined): Promise<boolean> {
    const made = (await mkdir(path, { recursive: true, mode: 0o755 })) !== undefined;
    if (medium === "memory" && !(await this.#mounter.below(path)).includes(path)) await this.#mounter.tmpfs(path, size);
    return made;
  }

  async #hostPath(uid: string, paths: ReadonlyMap<string, string>, name: string, subPath: string): Promise<string> {
    const path = paths.get(name);
    if (path === undefined) throw new VolumeError("VOLUME_INVALID", `no volume "${name}"`);
    if (subPath === "") return path;
    const target = join(this.#pods, uid, "volume-subpaths", name, encodeURIComponent(subPath));
    if (!(await this.#mounter.below(target)).includes(target)) await bindSubPath(this.#mounter, path, subPath, target);
    return target;
  }

  #path(pod: Pod, name: string, plugin: string): string {
    return join(this.#pods, pod.metadata?.uid ?? "", "volumes", `kubernetes.io~${plugin}`, name);
  }
}

function pluginOf(volume: Volume): string {
  if (volume.configMap) return "configmap";
  if (volume.secret) return "secret";
  return volume.projected ? "projected" : "downward-api";
}

function ownerOf(pod: Pod): { readonly gid?: number } {
  const gid = pod.spec?.securityContext?.fsGroup;
  return gid === undefined ? {} : { gid };
}

/** `2026_01_02_03_04_05.123456789`, as upstream names versions. */
function stampOf(now: number): string {
  const [date = "", time = ""] = new Date(now).toISOString().split("T");
  const fraction = Math.floor((now % 1000) * 1e6);
  return `${date.replaceAll("-", "_")}_${time.slice(0, 8).replaceAll(":", "_")}.${String(fraction).padStart(9, "0")}`;
}

async function namesIn(path: string): Promise<readonly string[]> {
  return readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
}
