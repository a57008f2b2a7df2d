import type { ContainerStatus } from "@pinnace/cri";
import { latestOf, readPodState } from "../pods/pod-state.ts";
import { type HandlerContext, requireContainer, requirePod } from "./handler-context.ts";
import { HttpError } from "./responses.ts";

/** The running instance of a container; throws {@link HttpError} 404 when there is none. */
export async function runningContainer(
  context: HandlerContext,
  [namespace = "", podName = "", containerName = ""]: readonly string[],
): Promise<{ readonly status: ContainerStatus; readonly tty: boolean; readonly stdin: boolean }> {
  const pod = requirePod(context, namespace, podName);
  const container = requireContainer(pod, containerName);
  const state = await readPodState(context.components.runtime, pod.metadata?.uid ?? "");
  const status = latestOf(state, containerName);
  if (status?.state !== "RUNNING") throw new HttpError(404, `container not found ("${containerName}")`);
  return { status, tty: container.tty === true, stdin: container.stdin === true };
}
