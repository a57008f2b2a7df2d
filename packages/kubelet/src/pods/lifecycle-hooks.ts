import type { Container, LifecycleHandler } from "@pinnace/api";
import type { Clock } from "@pinnace/clock";
import type { ContainerRuntime } from "@pinnace/cri";
import type { PodNetwork } from "../network.ts";
import { httpCheck } from "../probes/create-prober.ts";
import { resolvePort } from "../probes/port.ts";

/** Milliseconds for an HTTP or TCP hook that has no deadline of its own. */
const HOOK_TIMEOUT = 30_000;

export interface HookComponents {
  readonly runtime: ContainerRuntime;
  readonly network: PodNetwork;
  readonly clock: Clock;
}

/** Runs a postStart or preStop handler; rejects with the reason when it fails. `timeout` in milliseconds, 0: none. */
export async function runHook(
  { runtime, network, clock }: HookComponents,
  handler: LifecycleHandler,
  target: { readonly container: Container; readonly id: string; readonly podIP: string },
  timeout: number,
  signal: AbortSignal,
): Promise<void> {
  const { container, id, podIP } = target;
  if (handler.exec) {
    const { exitCode, stderr } = await runtime.execSync(id, handler.exec.command ?? [], timeout / 1000);
    if (exitCode !== 0) throw new Error(`command exited with ${exitCode}: ${new TextDecoder().decode(stderr)}`);
  } else if (handler.httpGet) {
    const check = httpCheck(container, handler.httpGet, podIP, timeout || HOOK_TIMEOUT);
    await network.httpGet(check);
  } else if (handler.tcpSocket) {
    const port = resolvePort(container, handler.tcpSocket.port);
    if (port === undefined) throw new Error(`couldn't find port: ${handler.tcpSocket.port}`);
    await network.tcpConnect(handler.tcpSocket.host || podIP, port, timeout || HOOK_TIMEOUT);
  } else if (handler.sleep) {
    const wanted = handler.sleep.seconds * 1000;
    await clock.sleep(timeout === 0 ? wanted : Math.min(wanted, timeout), signal);
  }
}
