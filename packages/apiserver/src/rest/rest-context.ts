import type { AdmissionPlugin } from "@pinnace/admission";
import type { Draft, KubernetesObject, ResourceDefinition } from "@pinnace/apimachinery";
import type { Clock } from "@pinnace/clock";
import type { AuthorizationAttributes } from "@pinnace/rbac";
import type { Condition, Entry, Mutation, Store } from "@pinnace/store";
import type { DefinitionRegistry } from "../definition-registry.ts";
import type { StoreCache } from "../storage/store-cache.ts";

/** What a write reserved outside of its object: addresses, ports. */
export interface Reservation {
  /** Written in the same transaction as the object. */
  readonly when?: readonly Condition[];
  readonly then?: readonly Mutation[];
  /** Called before `release` when conditions of `when` did not hold: another server was faster. They are now `current`. */
  lost?(current: readonly (Entry | undefined)[]): void;
  /** Called when the write did not happen. */
  release(): void;
}

/** Thrown when another server has just taken what a write reserved; the write is made anew. */
export class ReservationLost extends Error {
  override name = "ReservationLost";
}

/** Takes part in the writes of one resource: completes the draft and reserves what it needs. */
export interface WriteParticipant {
  beforeCreate?(draft: Draft, dryRun: boolean): Promise<Reservation | undefined>;
  beforeUpdate?(draft: Draft, old: KubernetesObject, dryRun: boolean): Promise<Reservation | undefined>;
  /** Changes an object that a DELETE is about to remove or mark. `now` is in milliseconds since the epoch. */
  beforeDelete?(draft: Draft, now: number): void;
  /** What goes with the object when it is removed. */
  beforeRemove?(old: KubernetesObject): Reservation | undefined;
}

/** What the verbs share. */
export interface RestContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly caches: StoreCache;
  readonly registry: DefinitionRegistry;
  readonly random: () => number;
  readonly uuid: () => string;
  /** The admission chain as it is now. */
  admission(): readonly AdmissionPlugin[];
  /** Throws 403 when the caller may not do what these attributes say. */
  authorize(attributes: AuthorizationAttributes): Promise<void>;
  /** By storage resource. */
  readonly participants: ReadonlyMap<string, WriteParticipant>;
  /** Milliseconds that an object of this resource lives; undefined: for ever. */
  ttlOf(definition: ResourceDefinition): number | undefined;
}
