import {
  type Pod,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  SERVICES,
  STATEFUL_SETS,
  type TopologySpreadConstraint,
} from "@pinnace/api";
import {
  type LabelMatcher,
  type LabelRequirement,
  labelMatcher,
  labelSetMatcher,
  LabelMatcher as Matcher,
} from "@pinnace/apimachinery";
import type { ClusterReader } from "@pinnace/scheduler-framework";
import { compileConstraints, type SpreadConstraint, type UnsatisfiableAction } from "./constraint.ts";

/** The plugin's configuration (PodTopologySpreadArgs). */
export interface PodTopologySpreadArgs {
  /** For pods without constraints of their own, with `defaultingType: List`; they have no selector. */
  readonly defaultConstraints?: readonly TopologySpreadConstraint[];
  /** Default `System`: over hosts with a skew of 3, over zones with one of 5, as a preference. */
  readonly defaultingType?: "System" | "List";
}

const SYSTEM_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway", maxSkew: 3 },
  { topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway", maxSkew: 5 },
];

type Selector = Parameters<typeof labelMatcher>[0];

/** Finds the constraints of a pod: its own, or the defaults over what belongs together with it. */
export class ConstraintSource {
  readonly #reader: ClusterReader;
  /** They have no selector of their own, so they are the same for every pod. */
  readonly #defaults: Readonly<Record<UnsatisfiableAction, readonly SpreadConstraint[]>>;
  readonly isSystem: boolean;

  constructor(reader: ClusterReader, { defaultingType, defaultConstraints = [] }: PodTopologySpreadArgs) {
    this.#reader = reader;
    this.isSystem = defaultingType !== "List";
    const defaults = this.isSystem ? SYSTEM_DEFAULTS : defaultConstraints;
    this.#defaults = {
      DoNotSchedule: compileConstraints(defaults, {}, "DoNotSchedule"),
      ScheduleAnyway: compileConstraints(defaults, {}, "ScheduleAnyway"),
    };
  }

  constraintsOf(pod: Pod, action: UnsatisfiableAction): readonly SpreadConstraint[] {
    const own = pod.spec?.topologySpreadConstraints ?? [];
    if (own.length > 0) return compileConstraints(own, pod, action);
    const defaults = this.#defaults[action];
    if (defaults.length === 0) return defaults;
    const selector = this.#defaultSelector(pod);
    return selector.isEmpty ? [] : defaults.map((constraint) => ({ ...constraint, selector }));
  }

  /** What the Services that select the pod and its controller select together; empty when there are none. */
  #defaultSelector(pod: Pod): LabelMatcher {
    const { namespace = "", labels = {} } = pod.metadata ?? {};
    const set: Record<string, string> = {};
    for (const service of this.#reader.list(SERVICES, namespace)) {
      const selector = service.spec?.selector as Readonly<Record<string, string>> | undefined;
      if (selector === undefined || Object.keys(selector).length === 0) continue;
      if (labelSetMatcher(selector).matches(labels as Readonly<Record<string, string>>)) Object.assign(set, selector);
    }
    return new Matcher([...labelSetMatcher(set).requirements, ...this.#ofController(pod)]);
  }

  #ofController(pod: Pod): readonly LabelRequirement[] {
    const owner = pod.metadata?.ownerReferences?.find(({ controller }) => controller);
    if (owner === undefined) return [];
    const key = `${pod.metadata?.namespace}/${owner.name}`;
    switch (`${owner.apiVersion} ${owner.kind}`) {
      case "v1 ReplicationController":
        return labelSetMatcher(
          this.#reader.get(REPLICATION_CONTROLLERS, key)?.spec?.selector as
            | Readonly<Record<string, string>>
            | undefined,
        ).requirements;
      case "apps/v1 ReplicaSet":
        return labelMatcher(this.#reader.get(REPLICA_SETS, key)?.spec?.selector as Selector).requirements;
      case "apps/v1 StatefulSet":
        return labelMatcher(this.#reader.get(STATEFUL_SETS, key)?.spec?.selector as Selector).requirements;
      default:
        return [];
    }
  }
}
