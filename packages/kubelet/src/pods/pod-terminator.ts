import { type Container, PODS, type Pod } from "@pinnace/api";
import { hasReason } from "@pinnace/apimachinery";
import { killContainer } from "./container-killer.ts";
import type { PodContext } from "./pod-context.ts";
import { allContainers, initContainers, isSidecar, uidOf } from "./pod-facts.ts";
import { type PodState, readPodState, runningContainers } from "./pod-state.ts";
import { CONTAINER_NAME_LABEL } from "./runtime-labels.ts";
import { gracePeriodOf } from "./worker-facts.ts";

/** Takes a pod down, in the steps between which its status is written. */
export class PodTerminator {
  readonly #context: PodContext;

  constructor(context: PodContext) {
    this.#context = context;
  }

  /** Stops all containers (sidecars last, in reverse order) and then the sandboxes. */
  async stopContainers(pod: Pod, state: PodState): Promise<void> {
    const { runtime } = this.#context.components;
    const sidecars = initContainers(pod).filter(isSidecar);
    const running = runningContainers(state).map(({ id, labels }) => ({
      id,
      name: labels[CONTAINER_NAME_LABEL] ?? "",
    }));
    const startedAt = this.#context.components.clock.now();
    const isSidecarName = (name: string): boolean => sidecars.some((sidecar) => sidecar.name === name);
    const kill = ({ id, name }: { id: string; name: string }): Promise<void> =>
      this.#kill(pod, state, name, id, startedAt);
    await Promise.all(running.filter(({ name }) => !isSidecarName(name)).map(kill));
    for (const { name } of sidecars.toReversed())
      await Promise.all(running.filter((container) => container.name === name).map(kill));
    await Promise.all(state.sandboxes.map(({ id }) => runtime.stopPodSandbox(id)));
  }

  /** The grace period has become shorter: what still runs gets the new one from now on. */
  async hurry(pod: Pod): Promise<void> {
    const { runtime } = this.#context.components;
    const state = await readPodState(runtime, uidOf(pod));
    await Promise.all(runningContainers(state).map(({ id }) => runtime.stopContainer(id, gracePeriodOf(pod))));
  }

  /** Volumes and cgroups of a pod of which nothing runs any more. */
  async releaseResources(pod: Pod): Promise<void> {
    const { volumes, cgroups } = this.#context.components;
    await volumes.tearDown(uidOf(pod));
    await cgroups.remove(uidOf(pod));
  }

  /** Deletes the API object at once, if it is still this pod. */
  async deleteObject(pod: Pod): Promise<void> {
    const { name = "", namespace = "", uid } = pod.metadata ?? {};
    const preconditions = uid === undefined ? {} : { preconditions: { uid } };
    const pods = this.#context.components.client.resource(PODS).namespace(namespace);
    try {
      await pods.delete(name, { gracePeriodSeconds: 0, ...preconditions });
    } catch (error) {
      if (!hasReason(error, "NotFound") && !hasReason(error, "Conflict")) throw error;
    }
  }

  /** Removes containers, sandboxes and files. */
  async removeRemains(pod: Pod): Promise<void> {
    const { runtime, files } = this.#context.components;
    const state = await readPodState(runtime, uidOf(pod));
    await Promise.all(state.containers.map(({ id }) => runtime.removeContainer(id)));
    await Promise.all(state.sandboxes.map(({ id }) => runtime.removePodSandbox(id)));
    const { uid = "", namespace = "", name = "" } = pod.metadata ?? {};
    await files.remove({ uid, namespace, name });
  }

  async #kill(pod: Pod, state: PodState, name: string, id: string, startedAt: number): Promise<void> {
    const { components, event } = this.#context;
    const container: Container = allContainers(pod).find((candidate) => candidate.name === name) ?? { name };
    const elapsed = Math.floor((components.clock.now() - startedAt) / 1000);
    const gracePeriod = Math.max(0, gracePeriodOf(pod) - elapsed);
    const podIP = state.sandboxes[0]?.ips[0] ?? "";
    await killContainer({ ...components, event }, { pod, container, id, podIP, gracePeriod });
  }
}
