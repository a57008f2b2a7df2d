import type { NodeOptions, PodTemplate } from "./objects.ts";

/** One step of a workload. A step ends when what it made is there, and pods are on nodes. */
export type Step =
  | ({ readonly do: "nodes"; readonly count: number; readonly name?: string } & NodeOptions)
  | { readonly do: "namespaces"; readonly prefix: string; readonly count: number; readonly labels?: object }
  | {
      readonly do: "pods";
      readonly count: number;
      readonly template: PodTemplate;
      /** Default `default`. */
      readonly namespace?: string;
      /** So many in each of `<namespace>-0`, `<namespace>-1`, ...; absent: in the one namespace. */
      readonly namespaces?: number;
      /** Each pod with a volume of its own. */
      readonly volume?: "csi" | "aws";
      /** Takes the time until the last of them is on a node. */
      readonly measured?: boolean;
      /** Goes on at once. */
      readonly unattended?: boolean;
    }
  | { readonly do: "object"; readonly path: string; readonly object: object }
  | {
      /** From now on makes one of each kind, every so many milliseconds. */
      readonly do: "churn";
      readonly kinds: readonly ("high" | "too large" | "node" | "service")[];
      readonly interval: number;
      /** Deletes what it made before it makes the next. */
      readonly recreate?: boolean;
    }
  /** Deletes the pods of a namespace in the background, so many in a second. */
  | { readonly do: "delete"; readonly namespace: string; readonly perSecond: number };

/** What is scheduled, and how fast that must be at least. */
export interface Workload {
  readonly name: string;
  /** Pods per second that upstream publishes for itself as the least: scheduler_perf's thresholds. */
  readonly floor?: number;
  readonly steps: readonly Step[];
}

/** What became of a workload. */
export interface WorkloadResult {
  /** Pods that were measured. */
  readonly pods: number;
  /** Milliseconds from the request for the first of them until the last was seen on a node. */
  readonly elapsed: number;
  /** Pods per second. */
  readonly throughput: number;
  /** Milliseconds from a pod's request until it was seen on a node. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds that the processor worked meanwhile in the process that asked: all work, where the cluster is in it. */
  readonly processor: number;
  /** The most bytes that the process had which held the cluster; 0 where that is another process. */
  readonly memory: number;
}
