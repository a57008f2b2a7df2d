import { PODS, type Pod } from "@pinnace/api";
import type { ClusterReader } from "@pinnace/scheduler-framework";
import { groupKeyOf } from "./pod-group.ts";

const uidOf = ({ metadata }: Pod): string => metadata?.uid ?? "";
const isOver = ({ status }: Pod): boolean => status?.phase === "Succeeded" || status?.phase === "Failed";

/** Who belongs to a group, and who of them has a place: bound, or reserved by this scheduler. */
export class GroupMembers {
  readonly #reader: ClusterReader;
  /** Pods with a reservation, by group and uid. */
  readonly #reserved = new Map<string, Map<string, Pod>>();

  constructor(reader: ClusterReader) {
    this.#reader = reader;
  }

  /** All pods of a group that are not over. */
  of(key: string): readonly Pod[] {
    const namespace = key.slice(0, key.indexOf("/"));
    return this.#reader.list(PODS, namespace).filter((pod) => groupKeyOf(pod) === key && !isOver(pod));
  }

  reserve(key: string, pod: Pod): void {
    const pods = this.#reserved.get(key) ?? new Map<string, Pod>();
    this.#reserved.set(key, pods.set(uidOf(pod), pod));
  }

  release(key: string, pod: Pod): void {
    const pods = this.#reserved.get(key);
    pods?.delete(uidOf(pod));
    if (pods?.size === 0) this.#reserved.delete(key);
  }

  /** How many have a place. A reservation of a pod that is gone is forgotten. */
  placed(key: string): number {
    const members = this.of(key);
    const known = new Set(members.map(uidOf));
    for (const pod of [...(this.#reserved.get(key)?.values() ?? [])])
      if (!known.has(uidOf(pod))) this.release(key, pod);
    const reserved = this.#reserved.get(key);
    return members.filter((pod) => pod.spec?.nodeName || reserved?.has(uidOf(pod))).length;
  }

  /** Those without a place. */
  unplaced(key: string): readonly Pod[] {
    const reserved = this.#reserved.get(key);
    return this.of(key).filter((pod) => !pod.spec?.nodeName && !reserved?.has(uidOf(pod)));
  }
}
