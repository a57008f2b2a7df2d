import type { Pod } from "@pinnace/api";
import { Quantity } from "@pinnace/apimachinery";
import { AutoscalingError } from "./autoscaling-error.ts";

/**
 * What each pod requests of a resource, in thousandths: of one container when it is named, else of the pod, else of its
 * containers with the restartable init containers. Throws `MISSING_REQUEST`.
 */
export function podRequests(pods: readonly Pod[], resource: string, container?: string): ReadonlyMap<string, number> {
  return new Map(pods.map((pod) => [pod.metadata?.name ?? "", requestOf(pod, resource, container)]));
}

function requestOf({ metadata, spec }: Pod, resource: string, only: string | undefined): number {
  const ofPod = spec?.resources?.requests?.[resource];
  if (only === undefined && ofPod !== undefined) return Quantity.parse(ofPod).milliValue();
  const restartable = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  const containers = [...(spec?.containers ?? []), ...restartable];
  let sum = 0;
  for (const { name, resources } of containers) {
    if (only !== undefined && name !== only) continue;
    const request = resources?.requests?.[resource];
    if (request === undefined)
      throw new AutoscalingError(
        "MISSING_REQUEST",
        `missing request for ${resource} in container ${name} of Pod ${metadata?.name ?? ""}`,
      );
    sum += Quantity.parse(request).milliValue();
  }
  return sum;
}
