import type { Pod } from "@pinnace/api";
import type { ApiHandler } from "@pinnace/apimachinery";
import type { CacheEvent } from "@pinnace/client";
import type { Timer } from "@pinnace/clock";
import type { RuntimeEvent } from "@pinnace/cri";
import { messageOf } from "@pinnace/errors";
import type { Subscription } from "rxjs";
import { createKubeletHandler } from "./api/handler.ts";
import type { Kubelet, KubeletComponents, KubeletOptions, NodeHeartbeat } from "./contract.ts";
import { createPodContext } from "./create-pod-context.ts";
import { createNodeHeartbeat } from "./nodes/node-heartbeat.ts";
import { whenExitIsKnown } from "./pods/exit-watch.ts";
import { admitPod, type Verdict } from "./pods/pod-admission.ts";
import type { PodContext } from "./pods/pod-context.ts";
import { isTerminal, uidOf } from "./pods/pod-facts.ts";
import { PodWorker } from "./pods/pod-worker.ts";
import { POD_NAME_LABEL, POD_NAMESPACE_LABEL, POD_UID_LABEL } from "./pods/runtime-labels.ts";

/** Milliseconds between renewals of the Lease and looks at the node's status. */
const HEARTBEAT_PERIOD = 10_000;
const RESUBSCRIBE_DELAY = 1000;
const REGISTER_RETRY = 1000;
const RELIST_PERIOD = 60_000;

/** A node agent over the components given; nothing happens before {@link Kubelet.start}. */
export function createKubelet(components: KubeletComponents, options: KubeletOptions): Kubelet {
  return new NodeAgent(components, options);
}

class NodeAgent implements Kubelet {
  readonly handler: ApiHandler;
  readonly node: NodeHeartbeat;
  readonly #components: KubeletComponents;
  readonly #options: KubeletOptions;
  readonly #context: PodContext;
  readonly #workers = new Map<string, PodWorker>();
  /** Which pod a container or sandbox belongs to. */
  readonly #owners = new Map<string, string>();
  readonly #stop = new AbortController();
  readonly #timers: Timer[] = [];
  #subscriptions: Subscription[] = [];

  constructor(components: KubeletComponents, options: KubeletOptions) {
    this.#components = components;
    this.#options = options;
    this.node = createNodeHeartbeat(components, options.node);
    this.#context = createPodContext(components, options, {
      wake: (uid) => this.#workers.get(uid)?.wake(),
      owns: (id, uid) => this.#owners.set(id, uid),
      gone: (pod) => this.#gone(pod),
    });
    this.handler = createKubeletHandler({
      components,
      options,
      pods: () => [...this.#workers.values()].map(({ current }) => current),
    });
  }

  async start(): Promise<void> {
    const { runtime, pods, clock } = this.#components;
    this.#context.runtimeName = (await runtime.version()).runtimeName;
    if (this.#options.heartbeat ?? true) await this.#startHeartbeat();
    this.#followRuntime();
    this.#subscriptions.push(pods.events.subscribe((event) => this.#onPod(event)));
    const period = this.#options.relistPeriod ?? RELIST_PERIOD;
    if (period > 0) this.#timers.push(clock.setInterval(() => this.#relist(), period));
    void this.#removeOrphans().catch((error: unknown) => this.#log("could not look for orphans", error));
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error("the kubelet stops"));
    for (const timer of this.#timers) timer.cancel();
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#context.probes.stop();
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()));
    await this.#context.statuses.stop();
  }

  async #startHeartbeat(): Promise<void> {
    const { clock } = this.#components;
    for (;;) {
      try {
        await this.node.register();
        await this.node.renewLease();
        break;
      } catch (error) {
        this.#log("could not register the node", error);
        await clock.sleep(REGISTER_RETRY, this.#stop.signal);
      }
    }
    const beat = async (): Promise<void> => {
      if (await this.node.renewLease()) await this.node.updateStatus();
    };
    const tick = (): void => void beat().catch((error: unknown) => this.#log("heartbeat failed", error));
    this.#timers.push(clock.setInterval(tick, HEARTBEAT_PERIOD));
  }

  #onPod({ type, object, old }: CacheEvent<Pod>): void {
    if (old && uidOf(old) !== uidOf(object)) this.#workers.get(uidOf(old))?.remove();
    const worker = this.#workers.get(uidOf(object));
    if (type === "delete") worker?.remove();
    else if (worker) worker.update(object);
    else this.#add(object);
  }

  #add(pod: Pod): void {
    const verdict = this.#admit(pod);
    const worker = new PodWorker(this.#context, pod, verdict);
    this.#workers.set(uidOf(pod), worker);
    worker.wake();
  }

  #admit(pod: Pod): Verdict | undefined {
    if (pod.status?.startTime !== undefined || isTerminal(pod)) return undefined;
    const others = [...this.#workers.values()]
      .filter(({ phase }) => phase === "syncing" || phase === "terminating")
      .map((worker) => worker.pod);
    const verdict = admitPod(pod, others, this.#options.node);
    if (!verdict) return undefined;
    this.#components.events.event(pod, "Warning", verdict.reason, verdict.message);
    return { ...verdict, rejected: true };
  }

  #gone(pod: Pod): void {
    const uid = uidOf(pod);
    this.#workers.delete(uid);
    for (const [id, owner] of this.#owners) if (owner === uid) this.#owners.delete(id);
    this.#context.statuses.forget(uid);
    this.#context.puller.forget(uid);
    this.#context.crashes.forget(`${uid}_`);
  }

  #followRuntime(): void {
    const { runtime, clock } = this.#components;
    const again = (reason: string, error?: unknown): void => {
      if (this.#stop.signal.aborted) return;
      this.#log(reason, error);
      this.#timers.push(
        clock.setTimeout(() => {
          this.#followRuntime();
          this.#relist();
        }, RESUBSCRIBE_DELAY),
      );
    };
    this.#subscriptions = this.#subscriptions.filter(({ closed }) => !closed);
    this.#subscriptions.push(
      runtime.events().subscribe({
        next: (event) => this.#onRuntimeEvent(event),
        error: (error: unknown) => again("lost the runtime's events", error),
        complete: () => again("the runtime's events ended"),
      }),
    );
  }

  #onRuntimeEvent({ type, containerId }: RuntimeEvent): void {
    const worker = this.#workers.get(this.#owners.get(containerId) ?? "");
    if (!worker) return;
    if (type === "started" || type === "deleted") {
      worker.wake();
      return;
    }
    const { runtime, clock } = this.#components;
    void whenExitIsKnown(runtime, clock, containerId)
      .catch((error: unknown) => this.#log("could not look at a container that ended", error))
      .finally(() => worker.wake());
  }

  #relist(): void {
    for (const worker of this.#workers.values()) worker.wake();
    void this.#removeOrphans().catch((error: unknown) => this.#log("could not look for orphans", error));
  }

  /** Stops what runs for pods that the API no longer has, and removes what they left on the node. */
  async #removeOrphans(): Promise<void> {
    const { pods, runtime, volumes } = this.#components;
    await pods.whenSynced(this.#stop.signal);
    const [sandboxes, containers, mounted] = await Promise.all([
      runtime.listPodSandboxes(),
      runtime.listContainers(),
      volumes.list(),
    ]);
    for (const { labels } of [...sandboxes, ...containers]) {
      const uid = labels[POD_UID_LABEL];
      if (uid !== undefined && !this.#workers.has(uid)) this.#adoptOrphan(uid, labels);
    }
    for (const uid of mounted) if (!this.#workers.has(uid)) await volumes.tearDown(uid);
  }

  #adoptOrphan(uid: string, labels: Readonly<Record<string, string>>): void {
    const metadata = { uid, name: labels[POD_NAME_LABEL] ?? "", namespace: labels[POD_NAMESPACE_LABEL] ?? "" };
    const worker = new PodWorker(this.#context, { apiVersion: "v1", kind: "Pod", metadata });
    this.#workers.set(uid, worker);
    worker.remove();
  }

  #log(message: string, error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#components.logger.warn(message, { node: this.#options.node.name, error: messageOf(error) });
  }
}
