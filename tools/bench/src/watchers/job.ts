import type { LoadTarget } from "../load/connection.ts";

/** What the process of the watchers does: watch, write, and see that every watcher gets every event that is its own. */
export interface WatchJob {
  readonly target: LoadTarget;
  /** The server's processes, whose memory and time are read. */
  readonly pids: readonly number[];
  readonly watchers: number;
  /** HTTP/2 streams of one connection; 0: HTTP/1.1, a connection for each watcher. */
  readonly streams: number;
  /** Events that all watchers get, as fast as the server takes them. */
  readonly burst: number;
  /** Then: events per second, each for one watcher, for so many seconds. */
  readonly rate: number;
  readonly seconds: number;
  /** Milliseconds that missing events are waited for. */
  readonly patience: number;
}

/** What became of it. */
export interface WatchResult {
  /** Bytes that the server's memory grew by with each watcher. */
  readonly bytesPerWatcher: number;
  /** Deliveries per second of the burst. */
  readonly deliveries: number;
  /** Of the server's processor time, microseconds per delivery of the burst. */
  readonly processor: number;
  /** Milliseconds from sending the write of a paced event until its watcher has it. */
  readonly lagP50: number;
  readonly lagP99: number;
  /** Paced events that the server took per second. */
  readonly rate: number;
}

export const NAMESPACE = "bench-watchers";
/** All watchers of the burst watch this collection. */
export const CONFIG_MAPS: string = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
export const PODS: string = `/api/v1/namespaces/${NAMESPACE}/pods`;

export const nodeName = (index: number): string => `node-${String(index).padStart(5, "0")}`;

/** As a kubelet watches its pods. */
export function podsPath(index: number): string {
  return `${PODS}?watch=true&resourceVersion=0&fieldSelector=spec.nodeName%3D${nodeName(index)}`;
}
