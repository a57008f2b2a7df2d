import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { ClusterReader } from "@pinnace/scheduler-framework";

/** An object that is not there, and its type. */
export interface Supposition {
  readonly type: ResourceType;
  readonly object: KubernetesObject;
}

const keyOf = ({ metadata }: KubernetesObject): string =>
  metadata?.namespace === undefined ? (metadata?.name ?? "") : `${metadata.namespace}/${metadata.name}`;
const nameOf = ({ group, resource }: ResourceType): string => `${resource}.${group}`;

/** Reads a cluster, and for the length of a call some objects as if they were there, too. */
export class SupposingReader implements ClusterReader {
  readonly #reader: ClusterReader;
  /** By type, then by key; undefined outside of a call. */
  #supposed: ReadonlyMap<string, ReadonlyMap<string, KubernetesObject>> | undefined;

  constructor(reader: ClusterReader) {
    this.#reader = reader;
  }

  get<T extends KubernetesObject>(type: ResourceType<T>, key: string): T | undefined {
    const found = this.#reader.get(type, key);
    if (this.#supposed === undefined || found !== undefined) return found;
    return this.#supposed.get(nameOf(type))?.get(key) as T | undefined;
  }

  list<T extends KubernetesObject>(type: ResourceType<T>, namespace?: string): readonly T[] {
    const found = this.#reader.list(type, namespace);
    const supposed = this.#supposed?.get(nameOf(type));
    if (supposed === undefined) return found;
    const others = [...supposed].filter(
      ([key, { metadata }]) =>
        (namespace === undefined || metadata?.namespace === namespace) && this.#reader.get(type, key) === undefined,
    );
    return [...found, ...others.map(([, object]) => object as T)];
  }

  /** What is made of supposed objects is good for nothing later. */
  version<T extends KubernetesObject>(type: ResourceType<T>): number | undefined {
    return this.#supposed?.has(nameOf(type)) ? undefined : this.#reader.version?.(type);
  }

  /** Runs `work`, which sees some objects besides those of the cluster. What it does later, when it waits, sees them no more. */
  suppose<R>(objects: readonly Supposition[], work: () => R): R {
    if (objects.length === 0) return work();
    const byType = Map.groupBy(objects, ({ type }) => nameOf(type));
    const entries = [...byType].map(
      ([name, all]) => [name, new Map(all.map(({ object }) => [keyOf(object), object]))] as const,
    );
    this.#supposed = new Map(entries);
    try {
      return work();
    } finally {
      this.#supposed = undefined;
    }
  }
}
