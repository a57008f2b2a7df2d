import type { ContainerStats } from "@pinnace/cri";
import { CONTAINER_NAME_LABEL, POD_NAME_LABEL, POD_NAMESPACE_LABEL, POD_UID_LABEL } from "../pods/runtime-labels.ts";
import type { HandlerContext } from "./handler-context.ts";

/** Usage of one running container, with its names. */
export interface NamedUsage {
  readonly stats: ContainerStats;
  readonly container: string;
  readonly pod: string;
  readonly namespace: string;
  readonly podUid: string;
  readonly image: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Usage of all running containers of pods. */
export async function readUsage({ components }: HandlerContext): Promise<readonly NamedUsage[]> {
  const [containers, stats] = await Promise.all([
    components.runtime.listContainers(),
    components.runtime.listContainerStats(),
  ]);
  const byId = new Map(stats.map((one) => [one.id, one]));
  return containers.flatMap(({ id, state, labels, image, createdAt }) => {
    const found = byId.get(id);
    const podUid = labels[POD_UID_LABEL];
    if (state !== "RUNNING" || !found || podUid === undefined) return [];
    const container = labels[CONTAINER_NAME_LABEL] ?? "";
    const pod = labels[POD_NAME_LABEL] ?? "";
    const namespace = labels[POD_NAMESPACE_LABEL] ?? "";
    return [{ stats: found, container, pod, namespace, podUid, image, createdAt }];
  });
}
