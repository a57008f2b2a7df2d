import type { FieldError } from "./field-error.ts";
import type { Json, KubernetesObject, ResourceType } from "./object.ts";
import type { UserInfo } from "./request.ts";
import type { Schema, SchemaResolver } from "./schema.ts";

/** A private, mutable copy of an object, before it is frozen and stored. Plain JSON. */
// biome-ignore lint/suspicious/noExplicitAny: a draft is JSON of any kind; strategies reach into it by field name
export type Draft = any;

export type ResourceVerb =
  | "create"
  | "delete"
  | "deletecollection"
  | "get"
  | "list"
  | "patch"
  | "update"
  | "watch"
  | "connect";

/** A column of `kubectl get` (meta/v1 TableColumnDefinition). */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  /** `name` for the first column, else "". */
  readonly format: string;
  readonly description: string;
  /** 0 is always shown, 1 and more only with `-o wide`. */
  readonly priority: number;
}

/** What a strategy may know about the request it serves. */
export interface StrategyContext {
  /** Milliseconds since the epoch, from the server's clock. */
  readonly now: number;
  readonly user: UserInfo;
  /** "" for the resource itself, else the subresource written to: `status`, `scale`, `resize`, ... */
  readonly subresource: string;
}

/**
 * What is peculiar to a kind when it is written. Drafts are the incoming object, decoded, defaulted and with metadata
 * already completed by the server (uid, creationTimestamp, generation, managedFields are the server's work). All hooks
 * are pure but for the draft; they never do I/O. An absent hook does nothing.
 */
export interface Strategy {
  /** Whether PUT of a missing object creates it. */
  readonly allowCreateOnUpdate: boolean;
  /** Whether PUT without `metadata.resourceVersion` is accepted (else 422). */
  readonly allowUnconditionalUpdate: boolean;
  /**
   * Whether `metadata.generation` is kept: 1 on create, +1 when anything but metadata and status changes. Kinds that have
   * no generation upstream (ConfigMap, Service, ...) say false.
   */
  readonly generation: boolean;
  /** Whether changed labels count for the generation, too. Default: false. */
  readonly countsLabels?: boolean;
  /** Drops what a client may not set on create: status, fields behind disabled gates. */
  prepareForCreate?(draft: Draft, context: StrategyContext): void;
  /** Everything wrong with a new object, in upstream's order; metadata is checked by the server before. */
  validate?(object: Draft, context: StrategyContext): readonly FieldError[];
  /** Texts for `Warning:` headers of a create. */
  warningsOnCreate?(object: Draft, context: StrategyContext): readonly string[];
  /** Puts back what an update through this path may not change: status on the main path, all but status on `status`. */
  prepareForUpdate?(draft: Draft, old: Draft, context: StrategyContext): void;
  /** Everything wrong with the change, immutable fields included. */
  validateUpdate?(object: Draft, old: Draft, context: StrategyContext): readonly FieldError[];
  warningsOnUpdate?(object: Draft, old: Draft, context: StrategyContext): readonly string[];
  /** Brings a valid object into its canonical form, last thing before it is stored. */
  canonicalize?(draft: Draft): void;
  /**
   * Seconds between the DELETE and the removal: pods. `requested` is `gracePeriodSeconds` when given. Absent or 0: the
   * object goes at once (when it has no finalizers).
   */
  gracePeriodSeconds?(object: Draft, requested: number | undefined): number;
  /** The finalizer policy when a DELETE names none: `Orphan` for ReplicationController and old batch kinds, else Background. */
  readonly defaultPropagation?: "Orphan" | "Background";
  /** Name check: texts such as `a lowercase RFC 1123 subdomain must consist of ...`. Absent: DNS-1123 subdomain. */
  validateName?(name: string, prefix: boolean): readonly string[];
}

/** A subresource that stores into the same object: `status`, `scale`, `resize`, `ephemeralcontainers`, `approval`, `finalize`. */
export interface StoredSubresource {
  readonly name: string;
  readonly verbs: readonly ResourceVerb[];
  /** The kind that it reads and writes when it is another than the resource's (`Scale`). */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
  /** Strategy for writes through it; `prepareForUpdate` puts back everything else. */
  readonly strategy: Strategy;
  /** For `scale`: dotted paths of replicas and selector. */
  readonly scale?: {
    readonly specReplicasPath: string;
    readonly statusReplicasPath: string;
    /** Path of a label selector, as an object or a string. */
    readonly selectorPath?: string;
  };
}

/** A subresource with a handler of its own in the API server: `log`, `exec`, `binding`, `eviction`, `token`, `proxy`. */
export interface HandledSubresource {
  readonly name: string;
  readonly verbs: readonly ResourceVerb[];
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
}

/** How an object looks at one version of its group. Only stored resources with several served versions need it. */
export interface Conversion {
  /** Rewrites a draft of the definition's version into the storage version, in place. */
  toStorage(draft: Draft): void;
  /** Rewrites a draft of the storage version into the definition's version, in place. */
  fromStorage(draft: Draft): void;
}

/** Conversion by somebody outside, such as the webhook of a CustomResourceDefinition. */
export interface RemoteConversion {
  /**
   * The objects at another version, in the same order; they are frozen, and stay as they are. Rejects with a StatusError
   * that tells a client why it is not possible.
   */
  convert(objects: readonly KubernetesObject[], apiVersion: string): Promise<readonly KubernetesObject[]>;
}

/**
 * One record per kind and version. It drives REST, discovery, OpenAPI, tables, defaulting, validation, patches and apply.
 * Built-in kinds (`@pinnace/api`) and CustomResourceDefinitions become the same record. Immutable.
 */
export interface ResourceDefinition<T extends KubernetesObject = KubernetesObject> extends ResourceType<T> {
  /** Lower-case singular: `pod`. */
  readonly singular: string;
  readonly shortNames: readonly string[];
  /** `all` puts it into `kubectl get all`. */
  readonly categories: readonly string[];
  readonly verbs: readonly ResourceVerb[];
  /** False for virtual resources (reviews, componentstatuses): a handler of the API server answers them, nothing is stored. */
  readonly stored: boolean;
  /** Where it is stored: `storageResource` names it in keys (`pods`, `apps/deployments`), shared by all its versions and groups. */
  readonly storageResource: string;
  /** `apiVersion` of the stored form. */
  readonly storageApiVersion: string;
  /** Absent: the stored form differs in `apiVersion` only. */
  readonly conversion?: Conversion;
  /** In place of `conversion`, for versions that only somebody outside can convert. */
  readonly remoteConversion?: RemoteConversion;
  /** Name of the definition in OpenAPI: `io.k8s.api.core.v1.Pod`. */
  readonly definitionName: string;
  readonly schema: Schema;
  readonly resolve: SchemaResolver;
  /** Sets the defaults of this version, in place; run on every decoded request and, for old data, on read. */
  default?(draft: Draft): void;
  readonly strategy: Strategy;
  readonly subresources: readonly (StoredSubresource | HandledSubresource)[];
  /** The table's columns; cells come in the same order. */
  readonly columns: readonly Column[];
  cells(object: T, context: { readonly now: number }): readonly Json[];
  /** Values of the selectable fields besides `metadata.name` and `metadata.namespace`; a missing value is "". */
  fields?(object: T): Readonly<Record<string, string>>;
  /** Names of the selectable fields besides those two. */
  readonly fieldNames: readonly string[];
  /** A 404-free list of deprecations: text for the `Warning:` header of every request. */
  readonly deprecation?: string;
}
