import type { Pod } from "@pinnace/api";
import { messageOf } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";
import {
  type NodeInfo,
  type PreemptionCandidate,
  type Snapshot,
  type Status,
  SUCCESS,
} from "@pinnace/scheduler-framework";

/** What an extender says about nodes that fit so far. */
export interface ExtenderVerdict {
  readonly nodes: readonly NodeInfo[];
  /** Why other nodes do not fit, by name; preemption may help there. */
  readonly failed: ReadonlyMap<string, string>;
  /** Likewise, and preemption cannot help. Takes precedence. */
  readonly unresolvable: ReadonlyMap<string, string>;
}

/** A program outside that takes part in scheduling. Its methods reject when it fails or answers nonsense. */
export interface Extender {
  /** Its URL. */
  readonly name: string;
  /** Scheduling goes on without it when it fails. */
  readonly ignorable: boolean;
  readonly filters: boolean;
  readonly prioritizes: boolean;
  readonly binds: boolean;
  readonly preempts: boolean;
  /** Whether the pod asks for a resource that it manages; always true when it manages none. */
  isInterested(pod: Pod): boolean;
  filter(pod: Pod, nodes: readonly NodeInfo[]): Promise<ExtenderVerdict>;
  /** What to add to the nodes' totals, by name: its scores times its weight, scaled to those of plugins. */
  prioritize(pod: Pod, nodes: readonly NodeInfo[]): Promise<ReadonlyMap<string, number>>;
  bind(pod: Pod, nodeName: string): Promise<void>;
  preempt(
    pod: Pod,
    candidates: readonly PreemptionCandidate[],
    snapshot: Snapshot,
  ): Promise<readonly PreemptionCandidate[]>;
}

/** Binds by the first binder that takes the pod; undefined when none does, or when it failed and may be ignored. */
export async function bindWithExtenders(
  extenders: readonly Extender[],
  pod: Pod,
  nodeName: string,
  logger: Logger,
): Promise<Status | undefined> {
  for (const extender of extenders) {
    if (!extender.binds) continue;
    try {
      await extender.bind(pod, nodeName);
      return SUCCESS;
    } catch (cause) {
      if (!extender.ignorable) return { code: "Error", reasons: [messageOf(cause)], cause };
      logger.info("an extender that may be ignored failed", { extender: extender.name, error: messageOf(cause) });
    }
  }
  return undefined;
}
