import type { Container, Pod } from "@pinnace/api";

/** `name_namespace(uid)`, as upstream writes a pod in messages. */
export function podText(pod: Pod): string {
  return `${pod.metadata?.name}_${pod.metadata?.namespace}(${pod.metadata?.uid})`;
}

export function uidOf(pod: Pod): string {
  return pod.metadata?.uid ?? "";
}

/** A sidecar: an init container that goes on running (KEP-753). */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === "Always";
}

export function initContainers(pod: Pod): readonly Container[] {
  return pod.spec?.initContainers ?? [];
}

export function regularContainers(pod: Pod): readonly Container[] {
  return pod.spec?.containers ?? [];
}

/** Ephemeral containers have the shape of a container besides `targetContainerName`. */
export function ephemeralContainers(pod: Pod): readonly (Container & { readonly targetContainerName?: string })[] {
  return pod.spec?.ephemeralContainers ?? [];
}

export function allContainers(pod: Pod): readonly Container[] {
  return [...initContainers(pod), ...regularContainers(pod), ...ephemeralContainers(pod)];
}

/** `spec.containers{app}`: what an event about a container of the pod refers to. */
export function containerFieldPath(pod: Pod, name: string): string {
  const list = initContainers(pod).some((container) => container.name === name)
    ? "initContainers"
    : ephemeralContainers(pod).some((container) => container.name === name)
      ? "ephemeralContainers"
      : "containers";
  return `spec.${list}{${name}}`;
}

/** Succeeded and Failed are final: nothing of the pod runs ever again. */
export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

export function isHostNetwork(pod: Pod): boolean {
  return pod.spec?.hostNetwork === true;
}
