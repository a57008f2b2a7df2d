import type { Draft, KubernetesObject, ResourceDefinition, UserInfo } from "@pinnace/apimachinery";
import type { ServerView } from "./server-view.ts";

/** The DI token of the {@link AdmissionPlugin}s, in order (multi-inject). */
export const ADMISSION_PLUGINS: unique symbol = Symbol.for("pinnace.admission.plugins") as never;

/** Group, version and kind. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** A write on its way to the store. */
export interface AdmissionRequest {
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly definition: ResourceDefinition;
  readonly subresource: string;
  /** What `object` is: the resource's kind, or the subresource's own (`Scale`, `Binding`, `PodExecOptions`). */
  readonly kind: GroupVersionKind;
  readonly namespace: string;
  /** "" for a create with generateName. */
  readonly name: string;
  /** The new object: a draft that `mutate` may change; undefined for DELETE. For CONNECT: the options. */
  readonly object: Draft | undefined;
  /** What is stored now; undefined for CREATE and CONNECT. */
  readonly oldObject: KubernetesObject | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  readonly server: ServerView;
  /** Adds a `Warning:` header. */
  warn(text: string): void;
  /** Adds an audit annotation to the request's audit event. The first value of a key stays. */
  annotate(key: string, value: string): void;
}

/**
 * One admission plugin. Refusals are thrown `StatusError`s. `mutate` runs before validation of the object, `validate`
 * after it (and right before the commit); both may run again when a write is retried after a conflict.
 */
export interface AdmissionPlugin {
  /** Upstream's name: `NamespaceLifecycle`, `ServiceAccount`. */
  readonly name: string;
  /** Whether it cares about this operation; absent: about all. */
  handles?(request: AdmissionRequest): boolean;
  mutate?(request: AdmissionRequest): Promise<void>;
  validate?(request: AdmissionRequest): Promise<void>;
  /**
   * Called when a write that `validate` let pass was not stored (dry run, conflict), so that reservations (quota) can be
   * given back.
   */
  release?(request: AdmissionRequest): Promise<void>;
}
