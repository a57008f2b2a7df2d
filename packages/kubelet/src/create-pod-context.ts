import type { Container, Pod } from "@pinnace/api";
import { bytes } from "./containers/resources.ts";
import type { KubeletComponents, KubeletOptions } from "./contract.ts";
import { ImagePuller } from "./images/image-puller.ts";
import { BackOff } from "./pods/back-off.ts";
import type { PodContext } from "./pods/pod-context.ts";
import { containerFieldPath } from "./pods/pod-facts.ts";
import { ProbeManager } from "./probes/probe-manager.ts";
import type { ProbeResult, ProbeTarget } from "./probes/prober.ts";
import { StatusManager } from "./status/status-manager.ts";

const DEFAULT_DNS = ["10.96.0.10"];
/** Milliseconds of the crash back-off (CrashLoopBackOff), first and last step. */
const CRASH_BACK_OFF = { initial: 10_000, max: 300_000 };
/** Readiness and startup failures are told under their own names. */
const PROBE_NAMES = { liveness: "Liveness", readiness: "Readiness", startup: "Startup" } as const;

/** What all pod workers of one kubelet share, made once. */
export function createPodContext(
  components: KubeletComponents,
  options: KubeletOptions,
  hooks: Pick<PodContext, "owns" | "gone"> & { readonly wake: (podUid: string) => void },
): PodContext {
  const { runtime, clock, objects, events, prober } = components;
  const event = (pod: Pod, container: Container, type: "Normal" | "Warning", reason: string, message: string): void =>
    events.event(pod, type, reason, message, containerFieldPath(pod, container.name));
  const unhealthy = (target: ProbeTarget, result: ProbeResult): void => tellUnhealthy(event, target, result);
  const { node } = options;
  return {
    components,
    options,
    dns: {
      clusterDns: options.clusterDns ?? DEFAULT_DNS,
      clusterDomain: options.clusterDomain ?? "cluster.local",
      host: options.resolver ?? { nameservers: [], searches: [], options: [] },
    },
    hostIPs: node.addresses.filter(({ type }) => type === "InternalIP").map(({ address }) => address),
    memoryCapacity: bytes(node.capacity.memory),
    runtimeName: "",
    statuses: new StatusManager(components),
    probes: new ProbeManager({ clock, prober, changed: hooks.wake, unhealthy }),
    puller: new ImagePuller({ runtime, clock, objects, event }),
    crashes: new BackOff({ ...CRASH_BACK_OFF, now: () => clock.now() }),
    event,
    owns: hooks.owns,
    gone: hooks.gone,
  };
}

function tellUnhealthy(event: PodContext["event"], target: ProbeTarget, { outcome, output }: ProbeResult): void {
  const name = PROBE_NAMES[target.kind];
  const text = outcome === "unknown" ? `${name} probe errored: ${output}` : `${name} probe failed: ${output}`;
  event(target.pod, target.container, "Warning", "Unhealthy", text);
}
