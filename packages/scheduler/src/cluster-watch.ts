import { NODES, type Node, PODS, type Pod } from "@pinnace/api";
import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { CacheEvent, InformerFactory } from "@pinnace/client";
import {
  type ClusterCache,
  type ClusterEvent,
  createPodInfo,
  type EventResource,
  type SchedulingQueue,
  type WaitingPodRegistry,
} from "@pinnace/scheduler-framework";
import type { Subscription } from "rxjs";
import { nodeEvents, podEvents } from "./node-events.ts";
import type { Nominations } from "./nominations.ts";
import { LISTED_KINDS, registeredType, WATCHED_KINDS } from "./watched-kinds.ts";

interface ClusterWatchComponents {
  readonly cache: ClusterCache;
  readonly queue: SchedulingQueue;
  readonly nominations: Nominations;
  readonly waiting: WaitingPodRegistry;
  /** Whether a profile of this scheduler is to place the pod. */
  readonly isResponsible: (pod: Pod) => boolean;
  /** The resources of all events that plugins register. */
  readonly registered: () => Iterable<EventResource>;
}

const uidOf = (pod: Pod): string => pod.metadata?.uid ?? "";
const nominatedNodeOf = (pod: Pod | undefined): string => pod?.status?.nominatedNodeName ?? "";

/** Keeps cache, queue and nominations in step with what happens in the cluster. */
export class ClusterWatch {
  readonly #parts: ClusterWatchComponents;
  /** Resources that are watched because a plugin registers them. */
  readonly #extra = new Set<string>();
  #subscriptions: Subscription[] = [];

  constructor(components: ClusterWatchComponents) {
    this.#parts = components;
  }

  /** Resolves when all that is there has been seen. */
  async start(informers: InformerFactory, signal: AbortSignal): Promise<void> {
    const [nodes, pods] = [informers.informer(NODES), informers.informer(PODS)];
    const others = WATCHED_KINDS.map(({ type }) => informers.informer(type as ResourceType<KubernetesObject>));
    const listed = LISTED_KINDS.map((type) => informers.informer(type as ResourceType<KubernetesObject>));
    await Promise.all([nodes, pods, ...others, ...listed].map((informer) => informer.whenSynced(signal)));
    this.#subscriptions.push(nodes.events.subscribe((event) => this.#onNode(event)));
    this.#subscriptions.push(pods.events.subscribe((event) => this.#onPod(event)));
    for (const [index, informer] of others.entries()) {
      const { resource } = WATCHED_KINDS[index]!;
      this.#subscriptions.push(informer.events.subscribe((event) => this.#onOther(resource, event)));
    }
    this.#watchRegistered(informers);
  }

  /** Resources that plugins name in full; nobody waits for them, for they may not be served. */
  #watchRegistered(informers: InformerFactory): void {
    for (const resource of this.#parts.registered()) {
      const type = registeredType(resource);
      if (type === undefined || this.#extra.has(resource)) continue;
      this.#extra.add(resource);
      const { events } = informers.informer(type);
      this.#subscriptions.push(events.subscribe((event) => this.#onOther(resource, event)));
    }
  }

  /** Other profiles: takes up pods that one of them is to place now, and leaves those that none places any more. */
  reconsider(informers: InformerFactory): void {
    const { cache, queue, isResponsible } = this.#parts;
    this.#watchRegistered(informers);
    for (const { pod } of queue.pending()) if (!isResponsible(pod.pod)) queue.delete(uidOf(pod.pod));
    for (const pod of informers.informer(PODS).lister.list()) {
      const isNew = !pod.spec?.nodeName && !queue.has(uidOf(pod)) && !cache.hasPod(uidOf(pod));
      if (isNew) this.#onPod({ type: "add", object: pod, initial: true });
    }
  }

  stop(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#subscriptions = [];
  }

  #onNode(event: CacheEvent<Node>): void {
    const { cache, queue } = this.#parts;
    if (event.type === "update") {
      cache.setNode(event.object);
      for (const each of nodeEvents(event.old, event.object)) queue.onEvent(each, event.old, event.object);
      return;
    }
    if (event.type === "delete") cache.removeNode(event.object.metadata?.name ?? "");
    else cache.setNode(event.object);
    this.#emit({ resource: "Node", action: event.type === "add" ? "Add" : "Delete" }, event);
  }

  #onPod(event: CacheEvent<Pod>): void {
    const pod = event.object;
    const finished = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
    if (event.type === "delete" || finished) this.#onGone(pod);
    else if (pod.spec?.nodeName) this.#onAssigned(pod, event.old);
    else if (!this.#parts.isResponsible(pod)) return;
    else if (pod.metadata?.deletionTimestamp === undefined) this.#onUnassigned(pod, event.old);
    else this.#onGone(pod);
  }

  #onGone(pod: Pod): void {
    const { cache, queue, nominations, waiting } = this.#parts;
    const uid = uidOf(pod);
    const hadRoom = cache.hasPod(uid) || nominations.nodeOf(uid) !== undefined;
    nominations.delete(uid);
    waiting.reject(uid, "pod deleted");
    queue.delete(uid);
    cache.removePod(uid);
    if (hadRoom || pod.spec?.nodeName) queue.onEvent({ resource: "AssignedPod", action: "Delete" }, pod, undefined);
  }

  #onAssigned(pod: Pod, old: Pod | undefined): void {
    const { cache, queue, nominations } = this.#parts;
    const uid = uidOf(pod);
    const wasCounted = cache.hasPod(uid) && !cache.isAssumed(uid);
    nominations.delete(uid);
    queue.delete(uid);
    cache.setPod(pod);
    if (!wasCounted) queue.onEvent({ resource: "AssignedPod", action: "Add" }, undefined, pod);
    else if (old !== undefined) {
      for (const each of podEvents(old, pod, "AssignedPod")) queue.onEvent(each, old, pod);
    }
  }

  #onUnassigned(pod: Pod, old: Pod | undefined): void {
    const { cache, queue, nominations } = this.#parts;
    if (cache.isAssumed(uidOf(pod))) return; // its binding is under way
    const nominated = nominatedNodeOf(pod);
    const before = nominatedNodeOf(old);
    // A nomination that is not written yet stays; one that somebody has changed is theirs.
    const node = nominated === before && old !== undefined ? (nominations.nodeOf(uidOf(pod)) ?? "") : nominated;
    if (node === "") nominations.delete(uidOf(pod));
    else nominations.set(createPodInfo(pod), node);
    if (old === undefined) {
      queue.add(pod);
      queue.onEvent({ resource: "UnscheduledPod", action: "Add" }, undefined, pod, uidOf(pod));
    } else queue.update(pod, old, podEvents(old, pod, "UnscheduledPod"));
    if (before !== "" && before !== nominated) {
      // Others counted the pod where it was nominated: there is room now.
      queue.onEvent({ resource: "AssignedPod", action: "Delete" }, old, undefined);
    }
  }

  #onOther(resource: EventResource, event: CacheEvent<KubernetesObject>): void {
    const action = event.type === "add" ? "Add" : event.type === "delete" ? "Delete" : "Update";
    this.#emit({ resource, action }, event);
  }

  #emit(cluster: ClusterEvent, event: CacheEvent<KubernetesObject>): void {
    const before = event.type === "add" ? undefined : event.old;
    this.#parts.queue.onEvent(cluster, before, event.type === "delete" ? undefined : event.object);
  }
}
