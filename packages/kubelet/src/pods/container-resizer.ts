import type { Pod } from "@pinnace/api";
import type { ContainerRuntime } from "@pinnace/cri";
import { containerResources } from "../containers/resources.ts";
import { allContainers } from "./pod-facts.ts";
import { type PodState, runningContainers } from "./pod-state.ts";
import { CONTAINER_NAME_LABEL } from "./runtime-labels.ts";

/** Gives running containers the resources that their spec has come to ask for (in-place resize, KEP-1287). */
export class ContainerResizer {
  readonly #runtime: ContainerRuntime;
  readonly #memoryCapacity: number;
  /** What each container was given last, by id; one that is seen for the first time has what its spec says. */
  readonly #given = new Map<string, string>();

  /** `memoryCapacity`: of the node, in bytes. */
  constructor(runtime: ContainerRuntime, memoryCapacity: number) {
    this.#runtime = runtime;
    this.#memoryCapacity = memoryCapacity;
  }

  async resize(pod: Pod, state: PodState): Promise<void> {
    const running = runningContainers(state);
    for (const id of this.#given.keys()) if (!running.some((one) => one.id === id)) this.#given.delete(id);
    for (const { id, labels } of running) {
      const container = allContainers(pod).find(({ name }) => name === labels[CONTAINER_NAME_LABEL]);
      if (!container) continue;
      const wanted = containerResources(pod, container, this.#memoryCapacity);
      const text = JSON.stringify(wanted);
      const given = this.#given.get(id);
      if (given !== undefined && given !== text) await this.#runtime.updateContainerResources(id, wanted);
      this.#given.set(id, text);
    }
  }
}
