import type { Container, Pod } from "@pinnace/api";
import type { ContainerState } from "@pinnace/cri";

/**
 * Whether a container that does not run may be started (again). Container rules (KEP-5307) come before the container's
 * own policy, that before the pod's. `latest` is its newest instance, undefined when there was none.
 */
export function restartAllowed(
  pod: Pod,
  container: Container,
  latest: { readonly state: ContainerState; readonly exitCode: number } | undefined,
): boolean {
  if (pod.metadata?.deletionTimestamp !== undefined) return false;
  if (latest === undefined || latest.state === "CREATED") return true;
  if (latest.state === "RUNNING") return false;
  if (latest.state === "UNKNOWN") return true;
  const rule = (container.restartPolicyRules ?? []).find(({ exitCodes }) => {
    const listed = exitCodes?.values?.includes(latest.exitCode) ?? false;
    return exitCodes?.operator === "NotIn" ? !listed : listed;
  });
  if (rule?.action === "Restart") return true;
  const policy = restartPolicyOf(pod, container);
  return policy === "Always" || (policy === "OnFailure" && latest.exitCode !== 0);
}

/** Init containers of an Always pod run to completion once: for them Always means OnFailure. */
function restartPolicyOf(pod: Pod, container: Container): string {
  if (container.restartPolicy !== undefined) return container.restartPolicy;
  const policy = pod.spec?.restartPolicy ?? "Always";
  const init = pod.spec?.initContainers?.includes(container) ?? false;
  return init && policy === "Always" ? "OnFailure" : policy;
}
