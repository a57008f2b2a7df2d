/** A pod as far as a benchmark looks at it. */
export interface SeenPod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly { readonly resources?: { readonly requests?: Readonly<Record<string, string>> } }[];
  };
}

/** How a workload reaches a cluster: over HTTPS, or in the same process. */
export interface ClusterCalls {
  /** The decoded body; rejects for any status but `expected`. */
  call(method: string, path: string, body?: object, expected?: number): Promise<unknown>;
  /** Calls for each change of a pod that is on a node. Resolves when the watch has begun. */
  watchPods(onPod: (pod: SeenPod) => void): Promise<void>;
  /** The most bytes of memory that this process had; 0 where the cluster is in another one. */
  memory(): number;
  close(): Promise<void>;
}

export function requireStatus(
  method: string,
  path: string,
  answer: { readonly status: number; readonly object: unknown },
  expected: number,
): unknown {
  if (answer.status === expected) return answer.object;
  const said = JSON.stringify(answer.object)?.slice(0, 300);
  throw new Error(`${method} ${path} gave ${answer.status} instead of ${expected}: ${said}`);
}
