import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { CacheEvent, Informer, Lister } from "@pinnace/client";
import { Observable, Subject } from "rxjs";

/** A key as listers have it: `namespace/name`, or `name`. */
export const keyIn = (namespace: string | undefined, name: string): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

const keyOf = ({ metadata }: KubernetesObject): string => keyIn(metadata?.namespace, metadata?.name ?? "");

/** The objects of one resource, and an informer over them, without any API. */
export class ObjectTable implements Informer<KubernetesObject>, Lister<KubernetesObject> {
  readonly type: ResourceType;
  readonly lister: Lister<KubernetesObject> = this;
  readonly synced: boolean = true;
  readonly events: Observable<CacheEvent<KubernetesObject>>;
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #byNamespace = new Map<string, Map<string, KubernetesObject>>();
  readonly #changes = new Subject<CacheEvent<KubernetesObject>>();
  version = 0;

  constructor(type: ResourceType) {
    this.type = type;
    this.events = new Observable((subscriber) => {
      for (const object of this.list()) subscriber.next({ type: "add", object, initial: true });
      return this.#changes.subscribe(subscriber);
    });
  }

  async whenSynced(): Promise<void> {}

  get(key: string): KubernetesObject | undefined {
    return this.#objects.get(key);
  }

  list(): readonly KubernetesObject[] {
    return [...this.#objects.values()];
  }

  inNamespace(namespace: string): readonly KubernetesObject[] {
    return [...(this.#byNamespace.get(namespace)?.values() ?? [])];
  }

  byIndex(): readonly KubernetesObject[] {
    return [];
  }

  /** Puts an object in, with a version and an uid. */
  put(object: KubernetesObject): KubernetesObject {
    this.version += 1;
    const { metadata } = object;
    const identity = { uid: metadata?.uid ?? crypto.randomUUID(), resourceVersion: String(this.version) };
    const stored: KubernetesObject = { ...object, metadata: { ...metadata, ...identity } };
    const key = keyOf(stored);
    const old = this.#objects.get(key);
    this.#objects.set(key, stored);
    const namespace = metadata?.namespace ?? "";
    const those = this.#byNamespace.get(namespace) ?? new Map<string, KubernetesObject>();
    this.#byNamespace.set(namespace, those.set(key, stored));
    const change = old === undefined ? ({ type: "add", initial: false } as const) : ({ type: "update", old } as const);
    this.#changes.next({ ...change, object: stored });
    return stored;
  }

  /** Takes an object out; one with finalizers stays, and is being deleted. */
  remove(key: string): void {
    const old = this.#objects.get(key);
    if (old === undefined || old.metadata?.deletionTimestamp !== undefined) return;
    if ((old.metadata?.finalizers?.length ?? 0) > 0) {
      this.put({ ...old, metadata: { ...old.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } });
      return;
    }
    this.version += 1;
    this.#objects.delete(key);
    this.#byNamespace.get(old.metadata?.namespace ?? "")?.delete(key);
    this.#changes.next({ type: "delete", object: old, old });
  }
}
