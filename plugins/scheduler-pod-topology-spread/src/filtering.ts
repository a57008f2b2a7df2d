import type { Node, Pod } from "@pinnace/api";
import {
  type Cycle,
  type NodeInfo,
  type PodInfo,
  type StateData,
  type Status,
  SUCCESS,
  unresolvable,
  unschedulable,
} from "@pinnace/scheduler-framework";
import { countSpread, counts, hasAllKeys, isSpread, type SpreadConstraint } from "./constraint.ts";

const STATE = "PodTopologySpread/filter";
const REASON = "node(s) didn't match pod topology spread constraints";
const REJECTED = unschedulable(REASON);
const WITHOUT_KEY = unresolvable(`${REASON} (missing required label)`);

/** The matching pods of one constraint by domain, and the fewest of any domain. */
class Domains {
  readonly #counts: Map<string, number>;
  #fewest: number | undefined;

  constructor(counts: Map<string, number> = new Map()) {
    this.#counts = counts;
  }

  add(domain: string, count: number): void {
    this.#counts.set(domain, (this.#counts.get(domain) ?? 0) + count);
    this.#fewest = undefined;
  }

  in(domain: string): number {
    return this.#counts.get(domain) ?? 0;
  }

  /** With fewer domains than `minDomains` the fewest is 0 (KEP-3022). */
  fewest(minDomains: number): number {
    if (this.#counts.size < minDomains) return 0;
    if (this.#fewest === undefined) {
      let fewest = Number.MAX_SAFE_INTEGER;
      for (const count of this.#counts.values()) if (count < fewest) fewest = count;
      this.#fewest = fewest;
    }
    return this.#fewest;
  }

  clone(): Domains {
    const copy = new Domains(new Map(this.#counts));
    copy.#fewest = this.#fewest;
    return copy;
  }
}

class FilterState implements StateData {
  readonly constraints: readonly SpreadConstraint[];
  readonly domains: readonly Domains[];
  /** Whether the pod itself counts, by constraint. */
  readonly selfMatches: readonly number[];

  constructor(constraints: readonly SpreadConstraint[], domains: readonly Domains[], selfMatches: readonly number[]) {
    this.constraints = constraints;
    this.domains = domains;
    this.selfMatches = selfMatches;
  }

  clone(): FilterState {
    return new FilterState(
      this.constraints,
      this.domains.map((each) => each.clone()),
      this.selfMatches,
    );
  }
}

/** Counts the matching pods of all nodes that have every topology key. */
export function countDomains(cycle: Cycle, constraints: readonly SpreadConstraint[]): void {
  const { pod } = cycle.pod;
  const { namespace = "", labels } = pod.metadata ?? {};
  const domains = constraints.map(() => new Domains());
  for (const { node, pods } of cycle.snapshot.nodes) {
    if (!hasAllKeys(node, constraints)) continue;
    for (const [index, constraint] of constraints.entries()) {
      if (!counts(constraint, pod, node)) continue;
      domains[index]!.add(domainOf(node, constraint), countSpread(pods, constraint.selector, namespace));
    }
  }
  const self = constraints.map(({ selector }) =>
    selector.matches(labels as Readonly<Record<string, string>> | undefined) ? 1 : 0,
  );
  cycle.state.write(STATE, new FilterState(constraints, domains, self));
}

const domainOf = (node: Node, { topologyKey }: SpreadConstraint): string => node.metadata?.labels?.[topologyKey] ?? "";

/** The skew that placing the pod here would make must not exceed `maxSkew`, for every constraint. */
export function filter({ state }: Cycle, { node }: NodeInfo): Status {
  const counted = state.read<FilterState>(STATE);
  if (counted === undefined) return SUCCESS;
  for (const [index, constraint] of counted.constraints.entries()) {
    const domain = node.metadata?.labels?.[constraint.topologyKey];
    if (domain === undefined) return WITHOUT_KEY;
    const domains = counted.domains[index]!;
    const skew = domains.in(domain) + counted.selfMatches[index]! - domains.fewest(constraint.minDomains);
    if (skew > constraint.maxSkew) return REJECTED;
  }
  return SUCCESS;
}

/** A pod is added to (+1) or taken from (-1) a node in a what-if. */
export function recount({ state, pod }: Cycle, changed: PodInfo, { node }: NodeInfo, delta: 1 | -1): Status {
  const counted = state.read<FilterState>(STATE);
  if (counted === undefined || !hasAllKeys(node, counted.constraints)) return SUCCESS;
  for (const [index, constraint] of counted.constraints.entries()) {
    if (!changes(constraint, pod.pod, changed.pod, node)) continue;
    counted.domains[index]!.add(domainOf(node, constraint), delta);
  }
  return SUCCESS;
}

function changes(constraint: SpreadConstraint, pod: Pod, changed: Pod, node: Node): boolean {
  return isSpread(changed, constraint.selector, pod.metadata?.namespace ?? "") && counts(constraint, pod, node);
}
