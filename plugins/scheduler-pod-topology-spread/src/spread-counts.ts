import type { Node, Pod } from "@pinnace/api";
import { type NodeInfo, NodeTally, type Snapshot } from "@pinnace/scheduler-framework";
import { countSpread, counts, hasAllKeys, type SpreadConstraint } from "./constraint.ts";
import { Domains } from "./domains.ts";

/** What a node adds: matching pods by constraint, and the domain in which they count; undefined where they do not. */
interface Part {
  readonly counts: readonly number[];
  readonly domains: readonly (string | undefined)[];
}

/** The matching pods of every constraint, by domain and by node, kept from one attempt to the next. */
export class SpreadCounts {
  /** One for each constraint, over the nodes that count for it. */
  readonly domains: readonly Domains[];
  readonly #tally: NodeTally<Part>;

  /** `needsAllKeys`: a node counts only when it has the topology keys of all constraints. */
  constructor(pod: Pod, constraints: readonly SpreadConstraint[], needsAllKeys: boolean) {
    const domains = constraints.map(() => new Domains());
    this.domains = domains;
    const namespace = pod.metadata?.namespace ?? "";
    this.#tally = new NodeTally<Part>({
      partOf: ({ node, pods }: NodeInfo) => {
        const isIn = !needsAllKeys || hasAllKeys(node, constraints);
        return {
          counts: constraints.map(({ selector }) => (pods.length === 0 ? 0 : countSpread(pods, selector, namespace))),
          domains: constraints.map((each) => (isIn && counts(each, pod, node) ? domainOf(node, each) : undefined)),
        };
      },
      add: (part, sign) => {
        for (const [index, domain] of part.domains.entries()) {
          if (domain !== undefined) domains[index]!.addNode(domain, part.counts[index]!, sign);
        }
      },
      clear: () => {
        for (const each of domains) each.clear();
      },
    });
  }

  update(snapshot: Snapshot): void {
    this.#tally.update(snapshot);
  }

  /** Matching pods on one node, whether or not it counts. */
  onNode(name: string, constraint: number): number {
    return this.#tally.part(name)?.counts[constraint] ?? 0;
  }
}

/** "" when the node lacks the key. */
export const domainOf = (node: Node, { topologyKey }: SpreadConstraint): string =>
  node.metadata?.labels?.[topologyKey] ?? "";
