import type { Pod } from "@pinnace/api";

/** The DI token of the {@link VolumeHost}. */
export const VOLUME_HOST: unique symbol = Symbol.for("pinnace.storage.volume-host") as never;

/**
 * Makes the volumes of pods on one node. A kubelet calls it with one pod at a time per pod uid; different pods come at
 * the same time. It must survive a restart of the kubelet: what `list` answers comes from the node, not from memory.
 */
export interface VolumeHost {
  /**
   * Makes every volume of the pod ready and brings the contents of those that come from API objects up to date. Called
   * at every synchronisation of the pod: cheap when nothing changed. Rejects with a {@link VolumeError}; the kubelet
   * reports `FailedMount` and calls again later.
   */
  setUp(pod: Pod, signal: AbortSignal): Promise<PodVolumes>;
  /** Unmounts and deletes everything of this pod; an unknown uid is no error. Data behind hostPath and claims stays. */
  tearDown(podUid: string): Promise<void>;
  /** The uids of all pods that have something here. */
  list(): Promise<readonly string[]>;
  /** Usage for `/stats/summary`, one entry per volume that can be measured. */
  usage(podUid: string): Promise<readonly VolumeUsage[]>;
}

/** The volumes of one pod, ready for use. */
export interface PodVolumes {
  /**
   * Where a volume mount is found on the node. `subPath` is resolved inside the volume without following links out of
   * it, and made as a directory when it is missing. Rejects with a {@link VolumeError} when there is no such volume.
   */
  hostPath(volume: string, subPath: string, readOnly: boolean): Promise<string>;
  /**
   * The files at and below a host path with their contents, where volumes are kept in memory (a simulated node); absent
   * on a real node.
   */
  readonly files?: (path: string) => Promise<ReadonlyMap<string, Uint8Array>>;
}

/** Sizes in bytes; absent when the host cannot tell. */
export interface VolumeUsage {
  readonly name: string;
  readonly usedBytes: number;
  readonly capacityBytes?: number;
  readonly availableBytes?: number;
  readonly inodesUsed?: number;
  readonly claim?: { readonly namespace: string; readonly name: string };
}
