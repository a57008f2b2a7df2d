import type { Pod } from "@pinnace/api";
import type { Clock } from "@pinnace/clock";
import type { Logger } from "@pinnace/logging";
import type { MetricRegistry } from "@pinnace/metrics";
import type { PluginRegistry } from "@pinnace/plugin";
import {
  type Background,
  type ClusterEventWithHint,
  type ClusterReader,
  type ClusterWriter,
  type EventResource,
  type PodEvents,
  type Profile,
  type QueueAccess,
  type QueueRules,
  SUCCESS,
  VerdictCache,
  type WaitingPods,
} from "@pinnace/scheduler-framework";
import type { SchedulerConfig } from "./config.ts";
import type { Extender } from "./extenders/extender.ts";
import { EXTENDER_PLUGIN } from "./extenders/find-node-with-extenders.ts";
import { createPreemptionAdvisor } from "./extenders/preemption-advisor.ts";
import type { Nominations } from "./nominations.ts";
import { createProfile } from "./profiles.ts";
import { WhatIf } from "./what-if.ts";

/** A profile and what runs its filters on nodes as they would be. */
export interface Runtime {
  readonly profile: Profile;
  readonly whatIf: WhatIf;
  /** What its plugins said about pods that were alike. */
  readonly verdicts: VerdictCache;
}

/** What plugins of every profile share. */
interface RuntimeComponents {
  readonly reader: ClusterReader;
  readonly writer: ClusterWriter;
  readonly waitingPods: WaitingPods;
  readonly queue: QueueAccess;
  readonly background: Background;
  readonly events: PodEvents;
  readonly metrics?: MetricRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly plugins: PluginRegistry;
  readonly nominations: Nominations;
}

/** One generation of a scheduler's profiles, by `schedulerName`. A new configuration makes a new one. */
export type Runtimes = ReadonlyMap<string, Runtime>;

/** Makes all profiles of a configuration. Throws `PluginError`, `PLUGIN_POINT_MISSING` or `PROFILE_INVALID`. */
export function createRuntimes(
  config: SchedulerConfig,
  extenders: readonly Extender[],
  components: RuntimeComponents,
): Runtimes {
  const { nominations, plugins, ...shared } = components;
  const advisor = createPreemptionAdvisor(extenders, components.logger);
  return new Map(
    config.profiles.map((profileConfig) => {
      let profile: Profile;
      const whatIf = new WhatIf(() => profile, nominations);
      const { schedulerName } = profileConfig;
      profile = createProfile(profileConfig, plugins, {
        ...shared,
        ...{ filters: whatIf, schedulerName },
        ...(advisor === undefined ? {} : { preemption: advisor }),
      });
      return [schedulerName, { profile, whatIf, verdicts: new VerdictCache(profile) }];
    }),
  );
}

/** What the queue asks the profiles. All have the same QueueSort, so the first one's orders them all. */
export function queueRules(runtimes: Runtimes): QueueRules {
  const [first] = runtimes.values();
  return {
    compare: (a, b) => first!.profile.compare(a, b),
    preEnqueue: (pod) => runtimes.get(schedulerNameOf(pod.pod))?.profile.runPreEnqueue(pod) ?? SUCCESS,
    events: new Map(
      [...runtimes].map(([name, { profile }]) => [name, new Map([...profile.events(), EXTENDER_EVENTS])]),
    ),
  };
}

/** The resources of all events that plugins register. */
export function registeredResources(runtimes: Runtimes): ReadonlySet<EventResource> {
  const events = [...runtimes.values()].flatMap(({ profile }) => [...profile.events().values()].flat());
  return new Set(events.map(({ event }) => event.resource));
}

/** What an extender rejected may fit after anything. */
const EXTENDER_EVENTS: readonly [string, readonly ClusterEventWithHint[]] = [
  EXTENDER_PLUGIN,
  [{ event: { resource: "*", actions: "*" } }],
];

/** Which scheduler a pod asks for. */
export const schedulerNameOf = ({ spec }: Pod): string => spec?.schedulerName ?? "default-scheduler";
