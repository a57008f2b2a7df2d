import type { Container, HTTPGetAction, Probe } from "@pinnace/api";
import type { Clock } from "@pinnace/clock";
import type { ContainerRuntime } from "@pinnace/cri";
import { isCodedError, messageOf } from "@pinnace/errors";
import type { HttpCheck, PodNetwork } from "../network.ts";
import { resolvePort } from "./port.ts";
import type { ProbeResult, Prober, ProbeTarget } from "./prober.ts";

/** Upstream's cut of what a failed exec or HTTP probe shows, in characters. */
const MAX_OUTPUT = 10 * 1024;

/** Runs probes for real: commands in the container, HTTP, TCP and gRPC over the pod network. */
export function createProber(components: {
  readonly runtime: ContainerRuntime;
  readonly network: PodNetwork;
  readonly clock: Clock;
}): Prober {
  return {
    async probe(target) {
      const probe = probeOf(target);
      if (!probe) return { outcome: "success", output: "" };
      const timeout = (probe.timeoutSeconds ?? 1) * 1000;
      try {
        if (probe.exec) return await execProbe(components.runtime, target, probe.exec.command ?? [], timeout);
        if (probe.httpGet) return await httpProbe(components.network, target, probe.httpGet, timeout);
        if (probe.tcpSocket) {
          const { host = target.podIP, port } = probe.tcpSocket;
          await components.network.tcpConnect(host, portOf(target.container, port), timeout);
          return { outcome: "success", output: "" };
        }
        if (probe.grpc) return await grpcProbe(components.network, target, probe, timeout);
        return { outcome: "unknown", output: "missing probe handler" };
      } catch (error) {
        return { outcome: "failure", output: messageOf(error) };
      }
    },
  };
}

export function probeOf({ kind, container }: Pick<ProbeTarget, "kind" | "container">): Probe | undefined {
  if (kind === "liveness") return container.livenessProbe;
  return kind === "readiness" ? container.readinessProbe : container.startupProbe;
}

async function execProbe(
  runtime: ContainerRuntime,
  target: ProbeTarget,
  command: readonly string[],
  timeout: number,
): Promise<ProbeResult> {
  try {
    const { exitCode, stdout, stderr } = await runtime.execSync(target.containerId, command, timeout / 1000);
    const decoder = new TextDecoder();
    const output = (decoder.decode(stdout) + decoder.decode(stderr)).slice(0, MAX_OUTPUT);
    return { outcome: exitCode === 0 ? "success" : "failure", output };
  } catch (error) {
    if (isCodedError(error) && error.code === "DEADLINE_EXCEEDED")
      return {
        outcome: "failure",
        output: `command timed out: "${command.join(" ")}" timed out after ${timeout / 1000}s`,
      };
    return { outcome: "unknown", output: messageOf(error) };
  }
}

async function httpProbe(
  network: PodNetwork,
  target: ProbeTarget,
  action: HTTPGetAction,
  timeout: number,
): Promise<ProbeResult> {
  const { status, body } = await network.httpGet(httpCheck(target.container, action, target.podIP, timeout));
  if (status >= 200 && status < 400) return { outcome: "success", output: body };
  return { outcome: "failure", output: `HTTP probe failed with statuscode: ${status}` };
}

/** The request of an HTTP action; throws a plain message when the port is none. */
export function httpCheck(container: Container, action: HTTPGetAction, podIP: string, timeout: number): HttpCheck {
  return {
    scheme: action.scheme?.toLowerCase() === "https" ? "https" : "http",
    host: action.host || podIP,
    port: portOf(container, action.port),
    path: action.path || "/",
    headers: (action.httpHeaders ?? []).map(({ name, value }) => ({ name, value: value ?? "" })),
    timeout,
  };
}

async function grpcProbe(
  network: PodNetwork,
  target: ProbeTarget,
  probe: Probe,
  timeout: number,
): Promise<ProbeResult> {
  const { port = 0, service = "" } = probe.grpc ?? {};
  const status = await network.grpcHealth(target.podIP, port, service, timeout);
  if (status === "SERVING") return { outcome: "success", output: "service healthy" };
  return { outcome: "failure", output: `service unhealthy (responded with "${status}")` };
}

function portOf(container: Container, port: string | number): number {
  const number = resolvePort(container, port);
  if (number === undefined)
    throw new Error(`couldn't find port: ${JSON.stringify(port)} in container ${container.name}`);
  return number;
}
