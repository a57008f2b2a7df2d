import type { Pod } from "@pinnace/api";
import type { Clock } from "@pinnace/clock";
import { CodedError } from "@pinnace/errors";
import { MAX_SCORE, type NodeInfo, type PreemptionCandidate, type Snapshot } from "@pinnace/scheduler-framework";
import type { Extender, ExtenderVerdict } from "./extender.ts";
import type { ExtenderConfig } from "./extender-config.ts";
import type { ExtenderTransport } from "./extender-transport.ts";
import { type Answer, entriesOf, listOf, memberOf, textOf } from "./extender-wire.ts";

/** The greatest score that an extender gives (kube-scheduler/extender/v1 MaxExtenderPriority). */
const MAX_EXTENDER_PRIORITY = 10;

/** An extender that is reached over HTTP, in the wire format of kube-scheduler/extender/v1. */
export function createHttpExtender(config: ExtenderConfig, transport: ExtenderTransport, clock: Clock): Extender {
  return new HttpExtender(config, transport, clock);
}

class HttpExtender implements Extender {
  readonly name: string;
  readonly ignorable: boolean;
  readonly filters: boolean;
  readonly prioritizes: boolean;
  readonly binds: boolean;
  readonly preempts: boolean;
  readonly #config: ExtenderConfig;
  readonly #transport: ExtenderTransport;
  readonly #clock: Clock;
  readonly #managed: ReadonlySet<string>;

  constructor(config: ExtenderConfig, transport: ExtenderTransport, clock: Clock) {
    this.#config = config;
    this.#transport = transport;
    this.#clock = clock;
    this.#managed = new Set(config.managedResources.map(({ name }) => name));
    this.name = config.urlPrefix;
    this.ignorable = config.ignorable;
    this.filters = config.filterVerb !== "";
    this.prioritizes = config.prioritizeVerb !== "";
    this.binds = config.bindVerb !== "";
    this.preempts = config.preemptVerb !== "";
  }

  isInterested({ spec }: Pod): boolean {
    if (this.#managed.size === 0) return true;
    return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(({ resources }) =>
      [resources?.requests, resources?.limits].some((list) =>
        Object.keys(list ?? {}).some((name) => this.#managed.has(name)),
      ),
    );
  }

  async filter(pod: Pod, nodes: readonly NodeInfo[]): Promise<ExtenderVerdict> {
    const answer = await this.#send(this.#config.filterVerb, { Pod: pod, ...this.#nodesOf(nodes) });
    const error = textOf(answer, "Error");
    if (error !== "") throw new CodedError("EXTENDER_FAILED", error);
    return {
      nodes: this.#survivors(answer, nodes),
      failed: entriesOf<string>(answer, "FailedNodes"),
      unresolvable: entriesOf<string>(answer, "FailedAndUnresolvableNodes"),
    };
  }

  async prioritize(pod: Pod, nodes: readonly NodeInfo[]): Promise<ReadonlyMap<string, number>> {
    const answer = await this.#send(this.#config.prioritizeVerb, { Pod: pod, ...this.#nodesOf(nodes) });
    const factor = (this.#config.weight * MAX_SCORE) / MAX_EXTENDER_PRIORITY;
    const list = Array.isArray(answer) ? (answer as readonly Answer[]) : [];
    return new Map(list.map((each) => [textOf(each, "Host"), Number(memberOf(each, "Score") ?? 0) * factor]));
  }

  async bind({ metadata }: Pod, nodeName: string): Promise<void> {
    const { name: PodName, namespace: PodNamespace, uid: PodUID } = metadata ?? {};
    const answer = await this.#send(this.#config.bindVerb, { PodName, PodNamespace, PodUID, Node: nodeName });
    const error = textOf(answer, "Error");
    if (error !== "") throw new CodedError("EXTENDER_FAILED", error);
  }

  async preempt(
    pod: Pod,
    candidates: readonly PreemptionCandidate[],
    snapshot: Snapshot,
  ): Promise<readonly PreemptionCandidate[]> {
    const { nodeCacheCapable, preemptVerb } = this.#config;
    const victims = (of: (pod: Pod) => unknown): object =>
      Object.fromEntries(
        candidates.map(({ nodeName, victims: pods, violations }) => [
          nodeName,
          { Pods: pods.map((each) => of(each.pod)), NumPDBViolations: violations },
        ]),
      );
    const answer = await this.#send(preemptVerb, {
      Pod: pod,
      NodeNameToVictims: nodeCacheCapable ? null : victims((victim) => victim),
      NodeNameToMetaVictims: nodeCacheCapable ? victims(({ metadata }) => ({ UID: metadata?.uid })) : null,
    });
    return [...entriesOf<Answer>(answer, "NodeNameToMetaVictims")].map(([nodeName, meta]) => ({
      nodeName,
      victims: listOf(meta, "Pods").map((victim) => this.#victim(textOf(victim, "UID"), nodeName, snapshot)),
      violations: Number(memberOf(meta, "NumPDBViolations") ?? 0),
    }));
  }

  #victim(uid: string, nodeName: string, snapshot: Snapshot): NodeInfo["pods"][number] {
    const found = snapshot.get(nodeName)?.pods.find(({ pod }) => pod.metadata?.uid === uid);
    if (found !== undefined) return found;
    throw new CodedError(
      "EXTENDER_ANSWER",
      `extender: ${this.name} claims to preempt pod (UID: ${uid}) on node: ${nodeName}, but the pod is not found on that node`,
    );
  }

  #nodesOf(nodes: readonly NodeInfo[]): object {
    return this.#config.nodeCacheCapable
      ? { Nodes: null, NodeNames: nodes.map(({ name }) => name) }
      : { Nodes: { metadata: {}, items: nodes.map(({ node }) => node) }, NodeNames: null };
  }

  /** An answer that names no nodes at all leaves none. */
  #survivors(answer: Answer, nodes: readonly NodeInfo[]): readonly NodeInfo[] {
    const known = new Map(nodes.map((node) => [node.name, node]));
    const names = this.#config.nodeCacheCapable ? memberOf(answer, "NodeNames") : undefined;
    const kept =
      (names as readonly string[] | null | undefined) ??
      listOf(memberOf(answer, "Nodes") as Answer, "items").map((node) =>
        textOf(memberOf(node, "metadata") as Answer, "name"),
      );
    return kept.map((name) => {
      const node = known.get(name);
      if (node !== undefined) return node;
      throw new CodedError(
        "EXTENDER_ANSWER",
        `extender ${JSON.stringify(this.name)} claims a filtered node ${JSON.stringify(name)} which is not found in the input node list`,
      );
    });
  }

  async #send(verb: string, body: object): Promise<Answer> {
    const url = `${this.#config.urlPrefix.replace(/\/+$/, "")}/${verb}`;
    const timeout = new AbortController();
    const timer = this.#clock.setTimeout(() => {
      const after = `${this.#config.httpTimeout / 1_000}s`;
      timeout.abort(new CodedError("EXTENDER_TIMEOUT", `Post ${JSON.stringify(url)}: no answer within ${after}`));
    }, this.#config.httpTimeout);
    try {
      const { status, text } = await this.#transport({ url, body: JSON.stringify(body), signal: timeout.signal });
      if (status !== 200) {
        throw new CodedError("EXTENDER_FAILED", `failed ${verb} with extender at URL ${url}, code ${status}`);
      }
      return JSON.parse(text) as Answer;
    } finally {
      timer.cancel();
    }
  }
}
