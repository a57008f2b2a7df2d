import type { Container, Pod } from "@pinnace/api";
import { messageOf } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";
import type { ContainerEvent } from "../images/image-puller.ts";
import { type HookComponents, runHook } from "./lifecycle-hooks.ts";

/** Seconds that a container gets after its preStop hook has used up the grace period. */
const MINIMUM_GRACE = 2;

interface KillRequest {
  readonly pod: Pod;
  readonly container: Container;
  readonly id: string;
  readonly podIP: string;
  /** Text of the Killing event; default `Stopping container <name>`. */
  readonly message?: string;
  /** Seconds between the hook or SIGTERM and SIGKILL. */
  readonly gracePeriod: number;
}

interface KillerComponents extends HookComponents {
  readonly event: ContainerEvent;
  readonly logger: Logger;
}

/** Stops a container: preStop hook first, then the runtime with what is left of the grace period. */
export async function killContainer(components: KillerComponents, request: KillRequest): Promise<void> {
  const { pod, container, id, message, gracePeriod } = request;
  components.event(pod, container, "Normal", "Killing", message ?? `Stopping container ${container.name}`);
  const used = gracePeriod > 0 ? await preStop(components, request) : 0;
  const rest = gracePeriod === 0 ? 0 : Math.max(MINIMUM_GRACE, gracePeriod - used);
  await components.runtime.stopContainer(id, rest);
}

/** Seconds that the hook took. */
async function preStop(components: KillerComponents, request: KillRequest): Promise<number> {
  const { pod, container, id, podIP, gracePeriod } = request;
  const handler = container.lifecycle?.preStop;
  if (!handler) return 0;
  const { clock, event, logger } = components;
  const startedAt = clock.now();
  const deadline = new AbortController();
  const hook = runHook(components, handler, { container, id, podIP }, gracePeriod * 1000, deadline.signal).catch(
    (error: unknown) => {
      if (deadline.signal.aborted) return;
      logger.warn("preStop hook failed", {
        pod: pod.metadata?.name,
        container: container.name,
        error: messageOf(error),
      });
      event(pod, container, "Warning", "FailedPreStopHook", "PreStopHook failed");
    },
  );
  const timer = new AbortController();
  await Promise.race([hook, clock.sleep(gracePeriod * 1000, timer.signal).catch(() => undefined)]);
  timer.abort();
  deadline.abort();
  return Math.floor((clock.now() - startedAt) / 1000);
}
