import { NODES, PODS, type Pod } from "@pinnace/api";
import { deepFreeze, type KubernetesObject, type ResourceType, StatusError } from "@pinnace/apimachinery";
import type {
  CacheEvent,
  Client,
  ClientFactory,
  Informer,
  InformerFactory,
  InformerOptions,
  ResourceClient,
} from "@pinnace/client";
import type { EventRecorder } from "@pinnace/controller-runtime";
import { Observable, Subject } from "rxjs";

type AnyObject = KubernetesObject & { readonly spec?: object; readonly status?: object };

/** Objects in memory behind the Client and InformerFactory interfaces: enough of an API for a kubelet. */
export class FakeCluster {
  readonly objects: Map<string, AnyObject> = new Map();
  readonly writes: string[] = [];
  readonly recorded: string[] = [];
  readonly #changes = new Subject<{ readonly resource: string; readonly event: CacheEvent<never> }>();
  #uid = 0;

  readonly client: Client = {
    resource: <T extends KubernetesObject>(type: ResourceType<T>) => this.#resource(type, ""),
    raw: () => Promise.reject(new Error("no raw requests")),
  };

  readonly clients: ClientFactory = { client: () => this.client };

  readonly informers: InformerFactory = {
    informer: <T extends KubernetesObject>(type: ResourceType<T>, options?: InformerOptions<T>) =>
      this.#informer(type, options),
    stop: () => undefined,
  };

  readonly events: EventRecorder = {
    event: (regarding, type, reason, message, fieldPath) => {
      this.recorded.push([regarding.metadata?.name, type, reason, message, fieldPath].filter(Boolean).join(" | "));
    },
  };

  createPod(pod: Pod): Pod {
    return this.#write("create", PODS, {
      ...pod,
      metadata: { namespace: "default", generation: 1, ...pod.metadata, uid: `uid-${++this.#uid}` },
      status: { phase: "Pending", ...pod.status },
    } as AnyObject) as Pod;
  }

  updatePod(name: string, change: (pod: Pod) => Pod): void {
    this.#write("update", PODS, change(this.pod(name) as Pod) as AnyObject);
  }

  pod(name: string): Pod | undefined {
    return this.objects.get(`pods/default/${name}`) as Pod | undefined;
  }

  node(name: string): AnyObject | undefined {
    return this.objects.get(`nodes//${name}`);
  }

  /** Begins the deletion of a pod as the API server does. */
  deletePod(name: string, gracePeriodSeconds: number): void {
    this.updatePod(name, (pod) => ({
      ...pod,
      metadata: {
        ...pod.metadata,
        deletionTimestamp: "2026-01-01T00:00:00Z",
        deletionGracePeriodSeconds: gracePeriodSeconds,
      },
    }));
  }

  #key(type: ResourceType, namespace: string | undefined, name: string | undefined): string {
    return `${type.resource}/${type.namespaced ? (namespace ?? "") : ""}/${name}`;
  }

  #write(verb: string, type: ResourceType, object: AnyObject): AnyObject {
    const key = this.#key(type, object.metadata?.namespace, object.metadata?.name);
    const old = this.objects.get(key);
    const frozen = deepFreeze({ apiVersion: "v1", kind: type.kind, ...object });
    this.objects.set(key, frozen);
    this.writes.push(`${verb} ${key}`);
    const event = old ? { type: "update", object: frozen, old } : { type: "add", object: frozen, initial: false };
    this.#changes.next({ resource: type.resource, event: event as CacheEvent<never> });
    return frozen;
  }

  #remove(type: ResourceType, namespace: string, name: string): AnyObject {
    const key = this.#key(type, namespace, name);
    const old = this.#require(key, name);
    this.objects.delete(key);
    this.writes.push(`delete ${key}`);
    const event = { type: "delete", object: old, old } as CacheEvent<never>;
    this.#changes.next({ resource: type.resource, event });
    return old;
  }

  #require(key: string, name: string): AnyObject {
    const object = this.objects.get(key);
    if (!object) throw new StatusError(404, "NotFound", `"${name}" not found`);
    return object;
  }

  #resource<T extends KubernetesObject>(type: ResourceType<T>, namespace: string): ResourceClient<T> {
    const plain = type as ResourceType;
    const verbs = {
      namespace: (name: string) => this.#resource(type, name),
      get: async (name: string) => this.#require(this.#key(plain, namespace, name), name),
      create: async (object: AnyObject) => {
        if (this.objects.has(this.#key(plain, namespace, object.metadata?.name)))
          throw new StatusError(409, "AlreadyExists", "exists");
        const { status: _, ...rest } = object;
        return this.#write("create", plain, type.resource === NODES.resource ? rest : object);
      },
      update: async (object: AnyObject) => this.#write("update", plain, object),
      patch: async (name: string, { body }: { body: AnyObject }, options: { subresource?: string } = {}) => {
        const old = this.#require(this.#key(plain, namespace, name), name);
        const { metadata: _, ...change } = body;
        return this.#write(`patch${options.subresource ? `/${options.subresource}` : ""}`, plain, {
          ...old,
          ...change,
        });
      },
      delete: async (name: string) => this.#remove(plain, namespace, name),
    };
    return verbs as unknown as ResourceClient<T>;
  }

  #informer<T extends KubernetesObject>(type: ResourceType<T>, options: InformerOptions<T> = {}): Informer<T> {
    const all = (): T[] =>
      [...this.objects]
        .filter(([key]) => key.startsWith(`${type.resource}/`))
        .map(([, object]) => object as unknown as T);
    return {
      type,
      synced: true,
      whenSynced: async () => undefined,
      lister: {
        get: (key) => all().find(({ metadata }) => `${metadata?.namespace}/${metadata?.name}` === key),
        list: all,
        inNamespace: (namespace) => all().filter(({ metadata }) => metadata?.namespace === namespace),
        byIndex: (name, value) => all().filter((object) => options.indexes?.[name]?.(object).includes(value)),
      },
      events: new Observable((subscriber) => {
        for (const object of all()) subscriber.next({ type: "add", object, initial: true });
        return this.#changes.subscribe(({ resource, event }) => {
          if (resource === type.resource) subscriber.next(event);
        });
      }),
    };
  }
}
