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
import { counts, hasAllKeys, isSpread, type SpreadConstraint } from "./constraint.ts";
import type { Domains } from "./domains.ts";
import { domainOf, type SpreadCounts } from "./spread-counts.ts";

const STATE = "PodTopologySpread/filter";
const REASON = "node(s) didn't match pod topology spread constraints";
const REJECTED = unschedulable(REASON);
const WITHOUT_KEY = unresolvable(`${REASON} (missing required label)`);

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

/** Prepares an attempt; the counts are of the attempt's snapshot. */
export function prepareFilter(cycle: Cycle, constraints: readonly SpreadConstraint[], { domains }: SpreadCounts): void {
  const { labels } = cycle.pod.pod.metadata ?? {};
  const self = constraints.map(({ selector }) =>
    selector.matches(labels as Readonly<Record<string, string>> | undefined) ? 1 : 0,
  );
  cycle.state.write(STATE, new FilterState(constraints, domains, self));
}

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
