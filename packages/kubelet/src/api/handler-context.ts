import type { Container, Pod } from "@pinnace/api";
import type { KubeletComponents, KubeletOptions } from "../contract.ts";
import { allContainers } from "../pods/pod-facts.ts";
import { HttpError } from "./responses.ts";

/** What the kubelet's API answers from. */
export interface HandlerContext {
  readonly components: KubeletComponents;
  readonly options: KubeletOptions;
  /** The pods of the node with the statuses that the kubelet knows. */
  readonly pods: () => readonly Pod[];
}

/** The pod at a path; throws {@link HttpError} 404. */
export function requirePod({ pods }: HandlerContext, namespace: string, name: string): Pod {
  const pod = pods().find(({ metadata }) => metadata?.namespace === namespace && metadata.name === name);
  if (!pod) throw new HttpError(404, `pod "${name}" in namespace "${namespace}" does not exist`);
  return pod;
}

export function requireContainer(pod: Pod, name: string): Container {
  const container = allContainers(pod).find((candidate) => candidate.name === name);
  if (!container) throw new HttpError(404, `container "${name}" not found in pod "${pod.metadata?.name}"`);
  return container;
}
