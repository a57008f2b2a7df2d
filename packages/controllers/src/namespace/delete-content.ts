import { hasReason, type KubernetesObject, timeOf } from "@pinnace/apimachinery";
import { type Client, type DiscoveredResource, type Discovery, discover } from "@pinnace/client";
import { messageOf } from "@pinnace/errors";
import type { RemainingContent } from "./namespace-conditions.ts";

/** How long things with finalizers are given before the namespace is looked at again, milliseconds. */
const FINALIZER_ESTIMATE = 15_000;

interface DeletionOutcome {
  readonly content: RemainingContent;
  /** Milliseconds until what is left can be expected to be gone; 0 when nothing is left. */
  readonly estimate: number;
}

/**
 * Asks for the deletion of everything in a namespace and says what is left. Pods go first, and the rest only when no pod
 * is left (KEP-5080), so that policies and secrets outlive the pods that they are for.
 */
export async function deleteContent(client: Client, namespace: string, now: number): Promise<DeletionOutcome> {
  const found = await discovery(client);
  const run = new Deletion(client, namespace, now, found.failed);
  const deletable = found.resources.filter(isDeletable);
  const pods = deletable.filter(({ group, resource }) => group === "" && resource === "pods");
  for (const resource of pods) await run.delete(resource);
  if (run.isDone)
    await Promise.all(deletable.filter((resource) => !pods.includes(resource)).map((resource) => run.delete(resource)));
  return run.outcome();
}

async function discovery(client: Client): Promise<Discovery> {
  try {
    return await discover(client);
  } catch (error) {
    return { resources: [], failed: [messageOf(error)] };
  }
}

function isDeletable({ namespaced, verbs }: DiscoveredResource): boolean {
  return namespaced && verbs.includes("delete") && verbs.includes("list");
}

class Deletion {
  readonly #client: Client;
  readonly #namespace: string;
  readonly #now: number;
  readonly #discoveryFailures: readonly string[];
  readonly #deletionFailures: string[] = [];
  readonly #instances = new Map<string, number>();
  readonly #finalizers = new Map<string, number>();
  #estimate = 0;

  constructor(client: Client, namespace: string, now: number, discoveryFailures: readonly string[]) {
    this.#client = client;
    this.#namespace = namespace;
    this.#now = now;
    this.#discoveryFailures = discoveryFailures;
  }

  get isDone(): boolean {
    return this.#instances.size === 0 && this.#deletionFailures.length === 0;
  }

  async delete(type: DiscoveredResource): Promise<void> {
    const resource = this.#client.resource(type).namespace(this.#namespace);
    try {
      let { items } = await resource.list();
      if (items.length === 0) return;
      if (type.verbs.includes("deletecollection")) {
        await resource.deleteCollection({ propagationPolicy: "Background" });
      } else {
        for (const item of items) await resource.delete(item.metadata?.name ?? "", { propagationPolicy: "Background" });
      }
      ({ items } = await resource.list());
      this.#count(type, items);
    } catch (error) {
      if (hasReason(error, "NotFound") || hasReason(error, "MethodNotAllowed")) return;
      this.#deletionFailures.push(messageOf(error));
    }
  }

  outcome(): DeletionOutcome {
    const { length } = this.#deletionFailures;
    return {
      content: {
        discoveryFailures: this.#discoveryFailures,
        deletionFailures: this.#deletionFailures,
        instances: this.#instances,
        finalizers: this.#finalizers,
      },
      estimate: length > 0 || this.#discoveryFailures.length > 0 ? Math.max(this.#estimate, 1000) : this.#estimate,
    };
  }

  #count(type: DiscoveredResource, items: readonly KubernetesObject[]): void {
    if (items.length === 0) return;
    this.#instances.set(`${type.resource}.${type.group}`, items.length);
    for (const { metadata } of items) {
      for (const finalizer of metadata?.finalizers ?? [])
        this.#finalizers.set(finalizer, (this.#finalizers.get(finalizer) ?? 0) + 1);
      // An object in its grace period goes when that is over; `deletionTimestamp` is the end of it.
      const left = (timeOf(metadata?.deletionTimestamp) ?? this.#now) - this.#now;
      this.#estimate = Math.max(this.#estimate, left > 0 ? left : FINALIZER_ESTIMATE);
    }
  }
}
