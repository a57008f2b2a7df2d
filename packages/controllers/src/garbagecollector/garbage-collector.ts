import { CUSTOM_RESOURCE_DEFINITIONS, type CustomResourceDefinition } from "@pinnace/api";
import {
  hasReason,
  type KubernetesObject,
  type OwnerReference,
  parseApiVersion,
  type ResourceType,
} from "@pinnace/apimachinery";
import { type CacheEvent, type DiscoveredResource, discover, type ResourceClient } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  type ReconcileResult,
  watchOf,
} from "@pinnace/controller-runtime";
import { Subject } from "rxjs";
import { blockingDependents, FOREGROUND, type GraphNode, type GraphWork, ORPHAN, OwnerGraph } from "./graph.ts";

const DISCOVERY = "discovery";
const DELETE = "delete/";
const ORPHANING = "orphan/";
/** How long until an object whose owner is of an unknown kind is looked at again, milliseconds. */
const UNKNOWN_KIND_RETRY = 30_000;
/** How long the caches of all resources wait at the start, so that a new cluster is ready sooner, milliseconds. */
const START_DELAY = 100;
/** How long until work is looked at again that came before all caches had synced, milliseconds. */
const SYNC_RETRY = 50;

/** What became of the owners that an object names. */
interface OwnerStates {
  readonly solid: readonly OwnerReference[];
  readonly dangling: readonly OwnerReference[];
  /** In foreground deletion: they wait for this object to go. */
  readonly waiting: readonly OwnerReference[];
}

/** Deletes what has lost its owners, and carries out foreground and orphaning deletions. */
export class GarbageCollector implements ControllerDefinition {
  readonly concurrency = 20;
  readonly initialKeys: readonly string[] = [DISCOVERY];
  readonly watches: ControllerDefinition["watches"];
  readonly triggers: Subject<string> = new Subject<string>();
  readonly #components: ControllerComponents;
  readonly #graph = new OwnerGraph();
  readonly #types = new Map<string, DiscoveredResource>();
  readonly #watched = new Set<string>();
  #started = false;
  #synced = false;

  constructor(components: ControllerComponents) {
    this.#components = components;
    const definitions = components.informers.informer(CUSTOM_RESOURCE_DEFINITIONS);
    this.watches = [
      watchOf(definitions, ({ type, object, old }: CacheEvent<CustomResourceDefinition>) =>
        type === "update" && old.metadata?.generation === object.metadata?.generation && isServed(old)
          ? []
          : [DISCOVERY],
      ),
    ];
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    if (key === DISCOVERY && !this.#started) {
      this.#started = true;
      return { requeueAfter: START_DELAY };
    }
    if (key === DISCOVERY) return this.#discover(signal);
    // Without all dependents in the graph a foreground deletion would end too early.
    if (!this.#synced) return { requeueAfter: SYNC_RETRY };
    if (key.startsWith(ORPHANING)) return this.#orphan(key.slice(ORPHANING.length));
    return this.#attemptDelete(key.slice(DELETE.length));
  }

  /** Follows every resource that can be watched and deleted, and is no Event. */
  async #discover(signal: AbortSignal): Promise<undefined> {
    const { resources } = await discover(this.#components.client);
    this.#types.clear();
    const synced: Promise<void>[] = [];
    for (const type of resources) {
      this.#types.set(kindKey(type.group, type.kind), type);
      const name = `${type.group}/${type.version}/${type.resource}`;
      if (type.resource === "events" || !canBeCollected(type) || this.#watched.has(name)) continue;
      this.#watched.add(name);
      const informer = this.#components.informers.informer<KubernetesObject>(resourceTypeOf(type));
      const subscription = informer.events.subscribe((event) => this.#take(event));
      signal.addEventListener("abort", () => subscription.unsubscribe(), { once: true });
      synced.push(informer.whenSynced(signal));
    }
    await Promise.all(synced);
    this.#synced = true;
  }

  #take({ type, object }: CacheEvent<KubernetesObject>): void {
    this.#enqueue(type === "delete" ? this.#graph.forget(object.metadata?.uid ?? "") : this.#graph.observe(object));
  }

  #enqueue({ attemptDelete, attemptOrphan }: GraphWork): void {
    for (const uid of attemptDelete) this.triggers.next(DELETE + uid);
    for (const uid of attemptOrphan) this.triggers.next(ORPHANING + uid);
  }

  async #attemptDelete(uid: string): Promise<ReconcileResult | undefined> {
    const node = this.#graph.get(uid);
    if (node === undefined || (node.beingDeleted && !node.deletingDependents)) return undefined;
    const resource = this.#resourceOf(node.identity);
    if (resource === undefined) return { requeueAfter: UNKNOWN_KIND_RETRY };
    const live = await readLive(resource, node.identity);
    if (live === undefined) {
      this.#enqueue(this.#graph.forget(uid));
      return undefined;
    }
    if (node.deletingDependents) return this.#finishForeground(resource, node, live);
    const owners = live.metadata?.ownerReferences ?? [];
    if (owners.length === 0) return undefined;
    const states = await this.#classify(live, owners);
    if (states === "invalid-namespace") return undefined;
    if (states === "unknown-kind") return { requeueAfter: UNKNOWN_KIND_RETRY };
    if (states.solid.length > 0) await dropOwners(resource, live, [...states.dangling, ...states.waiting]);
    else await this.#deleteDependent(resource, node, live, states);
    return undefined;
  }

  async #deleteDependent(
    resource: ResourceClient<KubernetesObject>,
    node: GraphNode,
    live: KubernetesObject,
    { waiting }: OwnerStates,
  ): Promise<void> {
    const cascades = waiting.length > 0 && node.dependents.size > 0;
    // Owners that wait for each other in a circle would wait for ever: one of them stops blocking.
    if (cascades && [...node.dependents.values()].some((dependent) => dependent.deletingDependents))
      await stopBlocking(resource, live);
    const finalizers = live.metadata?.finalizers ?? [];
    const policy = cascades || finalizers.includes(FOREGROUND) ? "Foreground" : "Background";
    const propagationPolicy = !cascades && finalizers.includes(ORPHAN) ? "Orphan" : policy;
    const { name = "", uid = "" } = live.metadata ?? {};
    await resource.delete(name, { propagationPolicy, preconditions: { uid } }).catch(ignoreGone);
  }

  /** Removes the finalizer once no dependent holds it up; until then sees to it that they go. */
  async #finishForeground(
    resource: ResourceClient<KubernetesObject>,
    node: GraphNode,
    live: KubernetesObject,
  ): Promise<undefined> {
    const blocking = blockingDependents(node);
    if (blocking.length === 0) await removeFinalizer(resource, live, FOREGROUND);
    for (const dependent of blocking)
      if (!dependent.deletingDependents) this.triggers.next(DELETE + dependent.identity.uid);
  }

  async #orphan(uid: string): Promise<undefined> {
    const node = this.#graph.get(uid);
    const resource = node === undefined ? undefined : this.#resourceOf(node.identity);
    if (node === undefined || resource === undefined) return;
    for (const dependent of node.dependents.values()) await this.#dropOwner(dependent, uid);
    const live = await readLive(resource, node.identity);
    if (live !== undefined) await removeFinalizer(resource, live, ORPHAN);
  }

  async #dropOwner(dependent: GraphNode, uid: string): Promise<void> {
    const resource = this.#resourceOf(dependent.identity);
    if (resource === undefined) return;
    const live = await readLive(resource, dependent.identity);
    const owners = live?.metadata?.ownerReferences?.filter((owner) => owner.uid === uid) ?? [];
    if (live !== undefined) await dropOwners(resource, live, owners);
  }

  /** What became of each owner. A failure to find out is a value: then nothing may be deleted. */
  async #classify(
    object: KubernetesObject,
    owners: readonly OwnerReference[],
  ): Promise<OwnerStates | "unknown-kind" | "invalid-namespace"> {
    const namespace = object.metadata?.namespace ?? "";
    const solid: OwnerReference[] = [];
    const dangling: OwnerReference[] = [];
    const waiting: OwnerReference[] = [];
    for (const owner of owners) {
      const type = this.#types.get(kindKey(parseApiVersion(owner.apiVersion).group, owner.kind));
      if (type === undefined) return "unknown-kind";
      if (type.namespaced && namespace === "") {
        this.#warnAboutOwner(object, owner);
        return "invalid-namespace";
      }
      const live = await readLive(this.#resourceIn(type, namespace), owner);
      if (live === undefined) dangling.push(owner);
      else if (isInForegroundDeletion(live)) waiting.push(owner);
      else solid.push(owner);
    }
    return { solid, dangling, waiting };
  }

  /** A cluster-scoped object cannot be owned by a namespaced one. */
  #warnAboutOwner(object: KubernetesObject, { apiVersion, kind, name, uid }: OwnerReference): void {
    const reference = `[${apiVersion}/${kind}, namespace: , name: ${name}, uid: ${uid}]`;
    const message = `ownerRef ${reference} does not exist in namespace ""`;
    this.#components.events.event(object, "Warning", "OwnerRefInvalidNamespace", message);
  }

  #resourceOf({ apiVersion, kind, namespace }: GraphNode["identity"]): ResourceClient<KubernetesObject> | undefined {
    const type = this.#types.get(kindKey(parseApiVersion(apiVersion).group, kind));
    return type === undefined ? undefined : this.#resourceIn(type, namespace);
  }

  #resourceIn(type: DiscoveredResource, namespace: string): ResourceClient<KubernetesObject> {
    const resource = this.#components.client.resource<KubernetesObject>(type);
    return type.namespaced ? resource.namespace(namespace) : resource;
  }
}

function kindKey(group: string, kind: string): string {
  return `${group}/${kind}`;
}

function canBeCollected({ verbs }: DiscoveredResource): boolean {
  return ["delete", "list", "watch"].every((verb) => verbs.includes(verb));
}

function resourceTypeOf({ group, version, resource, kind, namespaced }: DiscoveredResource): ResourceType {
  return { group, version, resource, kind, namespaced };
}

/** Whether the API server has begun to serve the definition: only then is its kind discovered. */
function isServed({ status }: CustomResourceDefinition): boolean {
  return (status?.conditions ?? []).some(({ type, status: value }) => type === "Established" && value === "True");
}

function isInForegroundDeletion({ metadata }: KubernetesObject): boolean {
  return metadata?.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(FOREGROUND);
}

/** The object of that name, if it is the one with that uid. */
async function readLive(
  resource: ResourceClient<KubernetesObject>,
  { name, uid }: { readonly name: string; readonly uid: string },
): Promise<KubernetesObject | undefined> {
  const object = await resource.get(name).catch(ignoreGone);
  return object?.metadata?.uid === uid ? object : undefined;
}

async function dropOwners(
  resource: ResourceClient<KubernetesObject>,
  { metadata }: KubernetesObject,
  owners: readonly OwnerReference[],
): Promise<void> {
  if (owners.length === 0) return;
  const left = (metadata?.ownerReferences ?? []).filter((reference) => !owners.includes(reference));
  await writeOwners(resource, metadata, left);
}

async function stopBlocking(resource: ResourceClient<KubernetesObject>, { metadata }: KubernetesObject): Promise<void> {
  const references = (metadata?.ownerReferences ?? []).map((reference) => ({
    ...reference,
    blockOwnerDeletion: false,
  }));
  await writeOwners(resource, metadata, references);
}

/** A merge patch that fails when the object has changed: custom resources know no strategic merge patch. */
async function writeOwners(
  resource: ResourceClient<KubernetesObject>,
  metadata: KubernetesObject["metadata"],
  ownerReferences: readonly OwnerReference[],
): Promise<void> {
  const { name = "", uid, resourceVersion } = metadata ?? {};
  const body = { metadata: { uid, resourceVersion, ownerReferences } };
  await resource.patch(name, { type: "merge", body }).catch(ignoreGone);
}

async function removeFinalizer(
  resource: ResourceClient<KubernetesObject>,
  { metadata }: KubernetesObject,
  finalizer: string,
): Promise<void> {
  const { name = "", uid, resourceVersion, finalizers = [] } = metadata ?? {};
  const left = finalizers.filter((present) => present !== finalizer);
  if (left.length === finalizers.length) return;
  const body = { metadata: { uid, resourceVersion, finalizers: left } };
  await resource.patch(name, { type: "merge", body }).catch(ignoreGone);
}

/** What is not there any more, or is another object by now, needs no work. */
function ignoreGone(error: unknown): undefined {
  if (!hasReason(error, "NotFound")) throw error;
  return undefined;
}
