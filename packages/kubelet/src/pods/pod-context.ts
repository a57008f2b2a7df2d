import type { Pod } from "@pinnace/api";
import type { DnsSettings } from "../containers/dns-config.ts";
import type { KubeletComponents, KubeletOptions } from "../contract.ts";
import type { ContainerEvent, ImagePuller } from "../images/image-puller.ts";
import type { ProbeManager } from "../probes/probe-manager.ts";
import type { StatusManager } from "../status/status-manager.ts";
import type { BackOff } from "./back-off.ts";

/** What all pod workers of a kubelet share. */
export interface PodContext {
  readonly components: KubeletComponents;
  readonly options: KubeletOptions;
  readonly dns: DnsSettings;
  readonly hostIPs: readonly string[];
  /** Bytes. */
  readonly memoryCapacity: number;
  /** The scheme of container ids: `containerd`. Known once the kubelet has started. */
  runtimeName: string;
  readonly statuses: StatusManager;
  readonly probes: ProbeManager;
  readonly puller: ImagePuller;
  readonly crashes: BackOff;
  readonly event: ContainerEvent;
  /** Says which pod a container or sandbox belongs to, so that runtime events find their worker. */
  owns(id: string, podUid: string): void;
  /** Called once, when nothing of the pod is left on the node. */
  gone(pod: Pod): void;
}
