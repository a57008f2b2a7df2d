import type { Pod } from "@pinnace/api";
import {
  type Cycle,
  NO_DOMAIN,
  type NodeInfo,
  type PodInfo,
  type StateData,
  type Status,
  SUCCESS,
  type TopologyColumn,
  unresolvable,
  unschedulable,
} from "@pinnace/scheduler-framework";
import { counts, hasAllKeys, isSpread, type SpreadConstraint } from "./constraint.ts";
import type { Domains } from "./domains.ts";
import type { SpreadCounts } from "./spread-counts.ts";

const STATE = "PodTopologySpread/filter";
const REASON = "node(s) didn't match pod topology spread constraints";
const REJECTED = unschedulable(REASON);
const WITHOUT_KEY = unresolvable(`${REASON} (missing required label)`);

/** A constraint during an attempt. */
interface Counted {
  readonly constraint: SpreadConstraint;
  readonly column: TopologyColumn;
  readonly domains: Domains;
  /** 1 when the pod itself counts. */
  readonly self: number;
}

class FilterState implements StateData {
  readonly counted: readonly Counted[];

  constructor(counted: readonly Counted[]) {
    this.counted = counted;
  }

  clone(): FilterState {
    return new FilterState(this.counted.map((each) => ({ ...each, domains: each.domains.clone() })));
  }
}

/** Prepares an attempt; the counts are of the attempt's snapshot. */
export function prepareFilter(cycle: Cycle, constraints: readonly SpreadConstraint[], kept: SpreadCounts): void {
  const { labels } = cycle.pod.pod.metadata ?? {};
  const counted = constraints.map((constraint, index) => {
    const isSelf = constraint.selector.matches(labels as Readonly<Record<string, string>> | undefined);
    return { constraint, column: kept.columns[index]!, domains: kept.domains[index]!, self: isSelf ? 1 : 0 };
  });
  cycle.state.write(STATE, new FilterState(counted));
}

/** The most pods that a domain may have which takes the pod. */
const mostOf = ({ constraint, domains, self }: Counted): number =>
  constraint.maxSkew - self + domains.fewest(constraint.minDomains);

/** The skew that placing the pod here would make must not exceed `maxSkew`, for every constraint. */
export function filter({ state }: Cycle, { node }: NodeInfo): Status {
  for (const each of state.read<FilterState>(STATE)?.counted ?? []) {
    const domain = each.column.domainOf(node);
    if (domain === NO_DOMAIN) return WITHOUT_KEY;
    if (each.domains.in(domain) > mostOf(each)) return REJECTED;
  }
  return SUCCESS;
}

/** The same as {@link filter}, by rows. */
export function filterRows({ state, snapshot }: Cycle): (row: number) => Status {
  const checks = (state.read<FilterState>(STATE)?.counted ?? []).map((each) => {
    const [domainOf, most] = [each.column.of(snapshot), mostOf(each)];
    return { domainOf, most, domains: each.domains };
  });
  return (row) => {
    for (let index = 0; index < checks.length; index += 1) {
      const { domainOf, domains, most } = checks[index]!;
      const domain = domainOf(row);
      if (domain === NO_DOMAIN) return WITHOUT_KEY;
      if (domains.in(domain) > most) return REJECTED;
    }
    return SUCCESS;
  };
}

/** A pod is added to (+1) or taken from (-1) a node in a what-if. */
export function recount({ state, pod }: Cycle, changed: PodInfo, { node }: NodeInfo, delta: 1 | -1): Status {
  const counted = state.read<FilterState>(STATE)?.counted ?? [];
  const constraints = counted.map(({ constraint }) => constraint);
  if (counted.length === 0 || !hasAllKeys(node, constraints)) return SUCCESS;
  for (const { constraint, column, domains } of counted) {
    if (changes(constraint, pod.pod, changed.pod, node)) domains.add(column.domainOf(node), delta);
  }
  return SUCCESS;
}

function changes(constraint: SpreadConstraint, pod: Pod, changed: Pod, node: NodeInfo["node"]): boolean {
  return isSpread(changed, constraint.selector, pod.metadata?.namespace ?? "") && counts(constraint, pod, node);
}
