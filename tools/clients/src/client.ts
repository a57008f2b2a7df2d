import type { Recorder } from "./steps.ts";

/** The cluster and the place in it that a client gets for itself. */
export interface Ground {
  /** Path of a kubeconfig with all rights. */
  readonly kubeconfig: string;
  /** A namespace that does not exist yet: making it is the client's first act. */
  readonly namespace: string;
}

/** A client that this machine has. */
export interface Client {
  /** `kubectl 1.33`, `client-go` */
  readonly name: string;
  /** Of the client library or program, as it tells it. */
  readonly version: string;
  /** Why this client has no such step; what is not here and not recorded counts as failed. */
  readonly lacks: Readonly<Record<string, string>>;
  run(ground: Ground, recorder: Recorder): Promise<void>;
}

/** A client that this machine has not, and why. */
export interface Missing {
  readonly name: string;
  readonly why: string;
}

export type Found = readonly (Client | Missing)[];

/** A family of clients. */
export interface Family {
  /** What `--only` names. */
  readonly name: string;
  /** Whether CI runs it: what a checkout and its kubectl suffice for. */
  readonly ci: boolean;
  /** Installs or builds what it needs under the cache folder. Never rejects for a client that cannot be had. */
  find(): Promise<Found>;
}
