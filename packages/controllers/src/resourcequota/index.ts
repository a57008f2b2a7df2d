import { isInScope, usageOf } from "@pinnace/admission";
import { PERSISTENT_VOLUME_CLAIMS, PODS, RESOURCE_QUOTAS, type ResourceQuota, SERVICES } from "@pinnace/api";
import { type KubernetesObject, objectKey, parseQuantity, type Quantity, semanticEqual } from "@pinnace/apimachinery";
import { type CacheEvent, type DiscoveredResource, discover, type Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  type ControllerFactory,
  type ReconcileResult,
  watchOf,
} from "@pinnace/controller-runtime";
import { Subject } from "rxjs";

/** How often every quota is counted anew, milliseconds (`--resource-quota-sync-period`). */
const RESYNC = 300_000;
/** Core resources that quotas count by their plain names. */
const PLAIN: readonly string[] = [
  "configmaps",
  "persistentvolumeclaims",
  "pods",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "services",
];

/** Counts what each ResourceQuota limits; admission adds, this controller also takes away. */
export const resourceQuotaController: ControllerFactory = {
  name: "resourcequota-controller",
  create: (components) => new ResourceQuotaController(components),
};

class ResourceQuotaController implements ControllerDefinition {
  readonly concurrency = 5;
  readonly watches: ControllerDefinition["watches"];
  readonly triggers: Subject<string> = new Subject<string>();
  readonly #components: ControllerComponents;
  readonly #quotas: Informer<ResourceQuota>;
  readonly #followed = new Set<string>();
  #resources: readonly DiscoveredResource[] = [];

  constructor(components: ControllerComponents) {
    this.#components = components;
    this.#quotas = components.informers.informer(RESOURCE_QUOTAS);
    this.watches = [
      watchOf(this.#quotas, ({ type, object }) => (type === "delete" ? [] : [objectKey(object)])),
      ...[PODS, SERVICES, PERSISTENT_VOLUME_CLAIMS].map((type) => {
        this.#followed.add(`/${type.resource}`);
        return watchOf<KubernetesObject>(components.informers.informer(type), (event) => this.#keysOf(event));
      }),
    ];
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const quota = this.#quotas.lister.get(key);
    if (quota === undefined || quota.metadata?.deletionTimestamp !== undefined) return undefined;
    const hard = quota.spec?.hard ?? {};
    const used = await this.#count(quota, Object.keys(hard), signal);
    const status = { hard, used };
    if (!semanticEqual(status, quota.status)) {
      const quotas = this.#components.client.resource(RESOURCE_QUOTAS).namespace(quota.metadata?.namespace ?? "");
      await quotas.updateStatus({ ...quota, status });
    }
    return { requeueAfter: RESYNC };
  }

  async #count(
    quota: ResourceQuota,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, string>>> {
    const totals = new Map<string, Quantity>(names.map((name) => [name, parseQuantity("0")]));
    for (const type of await this.#countedBy(names)) {
      const informer = await this.#follow(type, signal);
      for (const object of informer.lister.inNamespace(quota.metadata?.namespace ?? "")) {
        if (!isInScope(quota, type.resource, object)) continue;
        for (const [name, amount] of Object.entries(usageOf(type, object))) {
          const total = totals.get(name);
          if (total !== undefined) totals.set(name, total.add(parseQuantity(amount)));
        }
      }
    }
    return Object.fromEntries([...totals].map(([name, total]) => [name, total.toString()]));
  }

  /** The resources whose objects use something that the quota names. */
  async #countedBy(names: readonly string[]): Promise<readonly DiscoveredResource[]> {
    if (this.#resources.length === 0 || names.some((name) => name.startsWith("count/")))
      this.#resources = (await discover(this.#components.client)).resources;
    return this.#resources.filter(({ group, resource, namespaced }) => {
      if (!namespaced) return false;
      if (names.includes(group === "" ? `count/${resource}` : `count/${resource}.${group}`)) return true;
      return group === "" && PLAIN.includes(resource) && names.some((name) => isUsedBy(name, resource));
    });
  }

  /** The cache of a resource; from now on a deleted object is given back at once. */
  async #follow(type: DiscoveredResource, signal: AbortSignal): Promise<Informer<KubernetesObject>> {
    const { group, version, resource, kind, namespaced } = type;
    const informer = this.#components.informers.informer<KubernetesObject>({
      group,
      version,
      resource,
      kind,
      namespaced,
    });
    await informer.whenSynced(signal);
    const key = `${group}/${resource}`;
    if (this.#followed.has(key)) return informer;
    this.#followed.add(key);
    const subscription = informer.events.subscribe((event) => {
      for (const quota of this.#keysOf(event)) this.triggers.next(quota);
    });
    signal.addEventListener("abort", () => subscription.unsubscribe(), { once: true });
    return informer;
  }

  /** Quotas of the namespace, when the change can set something free (or adds what admission has counted already). */
  #keysOf({ type, object, old }: CacheEvent<KubernetesObject>): readonly string[] {
    if (type === "add") return [];
    if (type === "update" && statusPhase(old) === statusPhase(object) && specOf(old) === specOf(object)) return [];
    return this.#quotas.lister.inNamespace(object.metadata?.namespace ?? "").map(objectKey);
  }
}

/** Whether objects of a core resource can use what a quota calls `name`. */
function isUsedBy(name: string, resource: string): boolean {
  if (name.startsWith("count/")) return false;
  if (PLAIN.includes(name)) return name === resource;
  if (name.startsWith("services.")) return resource === "services";
  if (name === "requests.storage" || name.includes(".storageclass.storage.k8s.io/"))
    return resource === "persistentvolumeclaims";
  return resource === "pods";
}

function statusPhase(object: KubernetesObject): unknown {
  return (object as { readonly status?: { readonly phase?: string } }).status?.phase;
}

function specOf(object: KubernetesObject): unknown {
  return (object as { readonly spec?: unknown }).spec;
}
