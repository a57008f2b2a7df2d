import type { Container, Pod } from "@pinnace/api";
import type { Clock } from "@pinnace/clock";
import type { ProbeVerdicts } from "../pods/pod-actions.ts";
import { probeOf } from "./create-prober.ts";
import { ProbeWorker } from "./probe-worker.ts";
import type { ProbeKind, ProbeResult, Prober, ProbeTarget } from "./prober.ts";

interface ProbeManagerComponents {
  readonly clock: Clock;
  readonly prober: Prober;
  readonly changed: (podUid: string) => void;
  readonly unhealthy: (target: ProbeTarget, result: ProbeResult) => void;
}

interface Watched {
  readonly podUid: string;
  readonly kinds: ReadonlySet<ProbeKind>;
  readonly workers: Map<ProbeKind, ProbeWorker>;
  readonly startedAt: number;
}

/** A container that runs and is to be probed. */
interface RunningInstance {
  readonly container: Container;
  readonly id: string;
  readonly startedAt: number;
}

const NONE: ReadonlySet<ProbeKind> = new Set();

/** Keeps the probes of all running containers: liveness and readiness wait until the startup probe has succeeded. */
export class ProbeManager implements ProbeVerdicts {
  readonly #components: ProbeManagerComponents;
  readonly #watched = new Map<string, Watched>();

  constructor(components: ProbeManagerComponents) {
    this.#components = components;
  }

  /** Brings the probes of a pod in line with its running containers. `terminating` leaves only readiness. */
  sync(pod: Pod, podIP: string, running: readonly RunningInstance[], terminating: boolean): void {
    const uid = pod.metadata?.uid ?? "";
    const ids = new Set(running.map(({ id }) => id));
    for (const [id, { podUid }] of this.#watched) if (podUid === uid && !ids.has(id)) this.#forget(id);
    for (const instance of running) this.#watch(pod, podIP, instance, terminating);
  }

  forgetPod(podUid: string): void {
    for (const [id, watched] of this.#watched) if (watched.podUid === podUid) this.#forget(id);
  }

  stop(): void {
    for (const id of this.#watched.keys()) this.#forget(id);
  }

  started(containerId: string): boolean {
    const watched = this.#watched.get(containerId);
    return watched === undefined || !watched.kinds.has("startup") || watched.workers.get("startup")?.verdict === true;
  }

  ready(containerId: string): boolean {
    const watched = this.#watched.get(containerId);
    return (
      watched === undefined || !watched.kinds.has("readiness") || watched.workers.get("readiness")?.verdict === true
    );
  }

  failed(containerId: string): "liveness" | "startup" | undefined {
    const workers = this.#watched.get(containerId)?.workers;
    if (workers?.get("startup")?.verdict === false) return "startup";
    return workers?.get("liveness")?.verdict === false ? "liveness" : undefined;
  }

  #watch(pod: Pod, podIP: string, { container, id, startedAt }: RunningInstance, terminating: boolean): void {
    let watched = this.#watched.get(id);
    if (!watched) {
      const kinds = kindsOf(container);
      if (kinds === NONE) return;
      watched = { podUid: pod.metadata?.uid ?? "", kinds, workers: new Map(), startedAt };
      this.#watched.set(id, watched);
    }
    const target = { pod, container, containerId: id, podIP };
    if (terminating) {
      watched.workers.get("liveness")?.stop();
      watched.workers.get("startup")?.stop();
      return;
    }
    this.#ensure(watched, { ...target, kind: "startup" });
    if (!this.started(id)) return;
    watched.workers.get("startup")?.stop();
    this.#ensure(watched, { ...target, kind: "liveness" });
    this.#ensure(watched, { ...target, kind: "readiness" });
  }

  #ensure(watched: Watched, target: ProbeTarget): void {
    if (!watched.kinds.has(target.kind)) return;
    const worker = watched.workers.get(target.kind);
    const settled = this.#components.prober.settled?.(target);
    if (worker && settled) worker.verdict = settled.outcome === "success";
    if (worker) return;
    const { clock, prober, changed, unhealthy } = this.#components;
    const components = { clock, prober, unhealthy, changed: () => changed(watched.podUid) };
    watched.workers.set(target.kind, new ProbeWorker(target, watched.startedAt, components));
  }

  #forget(id: string): void {
    for (const worker of this.#watched.get(id)?.workers.values() ?? []) worker.stop();
    this.#watched.delete(id);
  }
}

function kindsOf(container: Container): ReadonlySet<ProbeKind> {
  const kinds = (["startup", "liveness", "readiness"] as const).filter((kind) => probeOf({ kind, container }));
  return kinds.length === 0 ? NONE : new Set(kinds);
}
