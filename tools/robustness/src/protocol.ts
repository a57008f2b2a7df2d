import type { Condition, ListOptions } from "@pinnace/store";

/** What is said between the harness and the process that holds a store. Values are texts. */
export type Request =
  | { readonly id: number; readonly method: "read"; readonly key: string }
  | { readonly id: number; readonly method: "list"; readonly prefix: string; readonly options: ListOptions }
  | {
      readonly id: number;
      readonly method: "commit";
      readonly when: readonly Condition[];
      readonly then: readonly WireMutation[];
    }
  | { readonly id: number; readonly method: "compact"; readonly revision: number }
  | { readonly id: number; readonly method: "revision" | "requestProgress" | "close" }
  | { readonly id: number; readonly method: "watch"; readonly prefix: string; readonly from: number | undefined }
  | { readonly id: number; readonly method: "unwatch"; readonly watch: number };

export type WireMutation =
  | { readonly type: "put"; readonly key: string; readonly value: string; readonly ttl?: number }
  | { readonly type: "delete"; readonly key: string };

export interface WireEntry {
  readonly key: string;
  readonly value: string;
  readonly createRevision: number;
  readonly modRevision: number;
}

export interface WireEvent {
  readonly type: "put" | "delete";
  readonly key: string;
  readonly revision: number;
  readonly entry: WireEntry | undefined;
  readonly previous: WireEntry | undefined;
}

export type Reply =
  | { readonly type: "ready" }
  /** The store could not be opened. */
  | { readonly type: "failed"; readonly code: string; readonly message: string }
  | { readonly type: "result"; readonly id: number; readonly value: unknown }
  | { readonly type: "error"; readonly id: number; readonly code: string; readonly message: string }
  /** What a watch delivered in one go. */
  | { readonly type: "events"; readonly watch: number; readonly events: readonly WireEvent[] }
  | { readonly type: "progress"; readonly watch: number; readonly revision: number }
  | { readonly type: "end"; readonly watch: number; readonly code: string | undefined; readonly message: string };

/** How a store process is started; in its environment, as JSON. */
export interface ProcessOptions {
  readonly directory: string;
  readonly historyLimit: number;
  readonly checkpointAfter: number;
  /** Where it ends or stands still, and how often it passes there before. */
  readonly failpoint?: { readonly name: string; readonly passes: number; readonly action: "kill" | "stop" };
}

export const OPTIONS = "PINNACE_ROBUSTNESS_OPTIONS";
