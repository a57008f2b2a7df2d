import type { Pod } from "@pinnace/api";
import {
  EMPTY_DOMAIN,
  NO_DOMAIN,
  NodeColumn,
  type NodeInfo,
  NodeTally,
  type Snapshot,
  TopologyColumn,
} from "@pinnace/scheduler-framework";
import { countSpread, counts, hasAllKeys, type SpreadConstraint } from "./constraint.ts";
import { Domains } from "./domains.ts";

/** What a node adds: matching pods by constraint, and the domain in which they count; undefined where they do not. */
interface Part {
  readonly counts: readonly number[];
  readonly domains: readonly (number | undefined)[];
}

/** Numbers of domains are never given again: when so many more than nodes were given, all begins anew. */
const SPARE_DOMAINS = 4_096;

/** The matching pods of every constraint, by domain and by node, kept from one attempt to the next. */
export class SpreadCounts {
  /** One for each constraint, over the nodes that count for it. */
  readonly domains: readonly Domains[];
  /** The domains of nodes, by constraint. */
  readonly columns: readonly TopologyColumn[];
  /** Matching pods of nodes, by constraint, whether or not they count. */
  readonly nodes: readonly NodeColumn[];
  readonly #tally: NodeTally<Part>;

  /** `needsAllKeys`: a node counts only when it has the topology keys of all constraints. */
  constructor(pod: Pod, constraints: readonly SpreadConstraint[], needsAllKeys: boolean) {
    const domains = constraints.map(() => new Domains());
    this.domains = domains;
    const columns = constraints.map(({ topologyKey }) => new TopologyColumn(topologyKey));
    this.columns = columns;
    this.nodes = constraints.map((_each, index) => new NodeColumn(({ name }) => this.onNode(name, index)));
    const namespace = pod.metadata?.namespace ?? "";
    this.#tally = new NodeTally<Part>({
      partOf: ({ node, pods }: NodeInfo) => {
        const isIn = !needsAllKeys || hasAllKeys(node, constraints);
        return {
          counts: constraints.map(({ selector }) => (pods.length === 0 ? 0 : countSpread(pods, selector, namespace))),
          domains: constraints.map((each, index) =>
            isIn && counts(each, pod, node) ? countedIn(columns[index]!.domainOf(node)) : undefined,
          ),
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

  /** Whether most of the numbers of domains belong to values that no node has any more. */
  isOutgrown({ nodes }: Snapshot): boolean {
    return this.columns.some(({ size }) => size > 2 * nodes.length + SPARE_DOMAINS);
  }

  /** Matching pods on one node, whether or not it counts. */
  onNode(name: string, constraint: number): number {
    return this.#tally.part(name)?.counts[constraint] ?? 0;
  }
}

/** A node that lacks the key counts as if its value were empty. */
export const countedIn = (domain: number): number => (domain === NO_DOMAIN ? EMPTY_DOMAIN : domain);
