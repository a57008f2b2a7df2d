import type { ContainerStatus } from "@pinnace/cri";
import type { KubeletComponents } from "../contract.ts";
import type { PodState } from "./pod-state.ts";
import { restartCountOf, terminationMessageOf } from "./runtime-labels.ts";

/** Upstream's bounds for a message taken from the log (FallbackToLogsOnError). */
const MAX_LOG_LINES = 80;
const MAX_LOG_BYTES = 2048;

/** Reads what containers wrote about their end, once per container. */
export class TerminationMessages {
  readonly #components: Pick<KubeletComponents, "files" | "runtime">;
  readonly #messages = new Map<string, string | undefined>();

  constructor(components: Pick<KubeletComponents, "files" | "runtime">) {
    this.#components = components;
  }

  /** Messages by container id, for all containers that have ended. */
  async read(podUid: string, state: PodState): Promise<ReadonlyMap<string, string | undefined>> {
    for (const status of state.containers) {
      if (status.state !== "EXITED" || this.#messages.has(status.id)) continue;
      this.#messages.set(status.id, await this.#readOne(podUid, status));
    }
    return this.#messages;
  }

  async #readOne(podUid: string, status: ContainerStatus): Promise<string | undefined> {
    const { files } = this.#components;
    const message = await files.readTerminationLog(podUid, status.name, restartCountOf(status));
    if (message) return message;
    const { policy } = terminationMessageOf(status);
    if (policy !== "FallbackToLogsOnError" || status.exitCode === 0) return undefined;
    return (await this.#tailOfLog(status)) || undefined;
  }

  async #tailOfLog(status: ContainerStatus): Promise<string> {
    const { files, runtime } = this.#components;
    const options = { follow: false, signal: new AbortController().signal, running: async () => false };
    const lines = runtime.logs?.(status.id, options) ?? files.readLog?.(status.logPath, options);
    const tail: string[] = [];
    for await (const line of lines ?? []) {
      tail.push(line.text + (line.partial ? "" : "\n"));
      if (tail.length > MAX_LOG_LINES) tail.shift();
    }
    return tail.join("").slice(-MAX_LOG_BYTES);
  }
}
