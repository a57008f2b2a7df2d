import type { Clock } from "@pinnace/clock";
import type { ContainerRuntime } from "@pinnace/cri";
import { isCodedError } from "@pinnace/errors";

/** Milliseconds between looks at a container whose end was announced. */
const DELAYS = [5, 10, 20, 50, 100, 200, 500, 1000];

/**
 * Resolves once the runtime itself says that a container (or sandbox) has ended. containerd announces the end of a
 * process some milliseconds before its CRI service knows; whoever looks in between sees it running and hears no more.
 * Gives up after two seconds: the next relist finds out.
 */
export async function whenExitIsKnown(runtime: ContainerRuntime, clock: Clock, id: string): Promise<void> {
  for (const delay of DELAYS) {
    if (!(await isAlive(runtime, id))) return;
    await clock.sleep(delay);
  }
}

async function isAlive(runtime: ContainerRuntime, id: string): Promise<boolean> {
  const container = await unlessMissing(runtime.containerStatus(id));
  if (container) return container.state === "RUNNING";
  const sandbox = await unlessMissing(runtime.podSandboxStatus(id));
  return sandbox?.state === "READY";
}

async function unlessMissing<T>(status: Promise<T>): Promise<T | undefined> {
  try {
    return await status;
  } catch (error) {
    if (isCodedError(error) && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
