import type { Container, Pod } from "@pinnace/api";

export type ProbeKind = "liveness" | "readiness" | "startup";

/** One run of a probe. `output` is shown in the `Unhealthy` event. */
export interface ProbeResult {
  readonly outcome: "success" | "failure" | "unknown";
  readonly output: string;
}

/** What is probed. */
export interface ProbeTarget {
  readonly kind: ProbeKind;
  readonly pod: Pod;
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
}

/** Runs exec, HTTP, TCP and gRPC probes. Never rejects: what could not be run is `unknown` with the reason. */
export interface Prober {
  probe(target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult>;
  /**
   * The outcome of a probe when it is known without running it and holds until the pod changes (simulated containers).
   * The kubelet then keeps no timer for it. Absent or undefined: the probe is run.
   */
  readonly settled?: (target: ProbeTarget) => ProbeResult | undefined;
}
