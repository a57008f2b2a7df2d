import type { Container as ContainerSpec, Pod } from "@pinnace/api";
import type { Container } from "@pinnace/cri";

/** Labels that tie sandboxes and containers to pods, so that a restarted kubelet finds them again. */
export const POD_NAME_LABEL = "io.kubernetes.pod.name";
export const POD_NAMESPACE_LABEL = "io.kubernetes.pod.namespace";
export const POD_UID_LABEL = "io.kubernetes.pod.uid";
export const CONTAINER_NAME_LABEL = "io.kubernetes.container.name";

const HASH = "io.kubernetes.container.hash";
const RESTART_COUNT = "io.kubernetes.container.restartCount";
const TERMINATION_PATH = "io.kubernetes.container.terminationMessagePath";
const TERMINATION_POLICY = "io.kubernetes.container.terminationMessagePolicy";
const GRACE_PERIOD = "io.kubernetes.pod.terminationGracePeriod";

export function sandboxLabels(pod: Pod): Readonly<Record<string, string>> {
  return {
    ...pod.metadata?.labels,
    [POD_NAME_LABEL]: pod.metadata?.name ?? "",
    [POD_NAMESPACE_LABEL]: pod.metadata?.namespace ?? "",
    [POD_UID_LABEL]: pod.metadata?.uid ?? "",
  };
}

export function containerLabels(pod: Pod, container: ContainerSpec): Readonly<Record<string, string>> {
  return {
    [CONTAINER_NAME_LABEL]: container.name,
    [POD_NAME_LABEL]: pod.metadata?.name ?? "",
    [POD_NAMESPACE_LABEL]: pod.metadata?.namespace ?? "",
    [POD_UID_LABEL]: pod.metadata?.uid ?? "",
  };
}

export function containerAnnotations(
  pod: Pod,
  container: ContainerSpec,
  restartCount: number,
): Readonly<Record<string, string>> {
  return {
    [HASH]: containerHash(container),
    [RESTART_COUNT]: String(restartCount),
    [TERMINATION_PATH]: container.terminationMessagePath ?? "",
    [TERMINATION_POLICY]: container.terminationMessagePolicy ?? "",
    [GRACE_PERIOD]: String(pod.spec?.terminationGracePeriodSeconds ?? 30),
  };
}

/** How often the container had been started before this instance. */
export function restartCountOf(container: Container): number {
  return Number(container.annotations[RESTART_COUNT] ?? container.attempt);
}

export function hashOf(container: Container): string | undefined {
  return container.annotations[HASH];
}

export function terminationMessageOf(container: Container): { readonly path: string; readonly policy: string } {
  return {
    path: container.annotations[TERMINATION_PATH] ?? "",
    policy: container.annotations[TERMINATION_POLICY] ?? "",
  };
}

/** FNV-1a over what a running container cannot take over from a changed spec: its name and image. */
export function containerHash(container: ContainerSpec): string {
  let hash = 0x811c9dc5;
  for (const character of `${container.name}\0${container.image ?? ""}`) {
    hash ^= character.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash.toString(16);
}
