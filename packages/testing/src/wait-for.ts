import { EVENTS, type Event } from "@pinnace/api";
import { type KubernetesObject, parseLabelSelector, type ResourceType } from "@pinnace/apimachinery";
import type { Informer, Lister } from "@pinnace/client";
import type { Cluster } from "@pinnace/cluster";
import { oldestFirst } from "./events.ts";
import { describeState } from "./state.ts";
import type { Selection, WaitOptions } from "./test-cluster.ts";
import { TestingError } from "./testing-error.ts";
import type { Wait } from "./wait.ts";

/** Reads from a cache what a test waits for: a value when it is there and as wanted. */
interface Target<T extends KubernetesObject, Result> {
  readonly label: string;
  read(lister: Lister<T>): Result | undefined;
  /** What there is now, for the message of a time-out. */
  present(lister: Lister<T>): readonly T[];
}

/** Waits on the informer of a resource. */
export async function waitForTarget<T extends KubernetesObject, Result>(
  cluster: Cluster,
  wait: Wait,
  type: ResourceType<T>,
  target: Target<T, Result>,
  options: WaitOptions = {},
): Promise<Result> {
  const informer: Informer<T> = cluster.informers.informer(type);
  await informer.whenSynced();
  let result: Result | undefined;
  const holds = (): boolean => {
    result = target.read(informer.lister);
    return result !== undefined;
  };
  if (await wait({ changes: informer.events, holds }, options.timeout)) return result as Result;
  const { items } = await cluster.client.resource<Event>(EVENTS).list();
  throw new TestingError(
    "TIMEOUT",
    `timed out waiting for ${target.label}\n${describeState(target.present(informer.lister), oldestFirst(items))}`,
  );
}

/** One object, by name. */
export function named<T extends KubernetesObject>(
  type: ResourceType<T>,
  name: string,
  predicate: (object: T) => boolean = () => true,
): Target<T, T> {
  const key = keyOf(type, name);
  const present = (lister: Lister<T>): readonly T[] => {
    const object = lister.get(key);
    return object === undefined ? [] : [object];
  };
  return {
    label: `${type.resource} ${key}`,
    read: (lister) => present(lister).find(predicate),
    present,
  };
}

/** All objects of a namespace with the labels. */
export function selected<T extends KubernetesObject>(
  type: ResourceType<T>,
  { namespace = "default", labelSelector = "" }: Selection,
  predicate: (objects: readonly T[]) => boolean = (objects) => objects.length > 0,
): Target<T, readonly T[]> {
  const selector = parseLabelSelector(labelSelector);
  const present = (lister: Lister<T>): readonly T[] => {
    const all = type.namespaced ? lister.inNamespace(namespace) : lister.list();
    return all.filter((object) => selector.matches(object.metadata?.labels ?? {}));
  };
  return {
    label: `${type.resource} with labels "${labelSelector}"`,
    read: (lister) => {
      const objects = present(lister);
      return predicate(objects) ? objects : undefined;
    },
    present,
  };
}

/** The absence of one object. */
export function absent<T extends KubernetesObject>(type: ResourceType<T>, name: string): Target<T, true> {
  const { label, present } = named(type, name);
  return {
    label: `the deletion of ${label}`,
    read: (lister) => (present(lister).length === 0 ? true : undefined),
    present,
  };
}

function keyOf(type: { readonly namespaced: boolean }, name: string): string {
  return type.namespaced && !name.includes("/") ? `default/${name}` : name;
}
