import { CodedError } from "@pinnace/errors";
import type { SchedulerPlugin } from "../contract/points.ts";
import type { EnabledPlugin, PluginSet, PointName, ProfileConfig } from "./profile-config.ts";

/** A plugin instance of a profile, and its weight. */
export interface ResolvedPlugin {
  readonly name: string;
  readonly plugin: SchedulerPlugin;
  readonly weight: number;
}

/** The member that a plugin has when it takes part in a point. */
const MEMBERS: Readonly<Record<PointName, keyof SchedulerPlugin>> = {
  preEnqueue: "preEnqueue",
  queueSort: "compare",
  preFilter: "preFilter",
  filter: "filter",
  postFilter: "postFilter",
  preScore: "preScore",
  score: "score",
  reserve: "reserve",
  permit: "permit",
  preBind: "preBind",
  bind: "bind",
  postBind: "postBind",
};

const POINTS: readonly PointName[] = Object.keys(MEMBERS) as PointName[];

function apply(defaults: readonly EnabledPlugin[], set: PluginSet | undefined): readonly EnabledPlugin[] {
  const disabled = new Set((set?.disabled ?? []).map((each) => each.name));
  const kept = disabled.has("*") ? [] : defaults.filter((each) => !disabled.has(each.name));
  const enabled = set?.enabled ?? [];
  // Naming a default again replaces it where it stands; everything else is appended.
  const replaced = kept.map((each) => enabled.find((other) => other.name === each.name) ?? each);
  return [...replaced, ...enabled.filter((each) => !replaced.includes(each))];
}

/** The names that a profile uses anywhere. */
export function pluginNames(config: ProfileConfig, defaults: readonly EnabledPlugin[]): readonly string[] {
  const multi = apply(defaults, config.plugins?.multiPoint).map((each) => each.name);
  const single = POINTS.flatMap((point) => (config.plugins?.[point]?.enabled ?? []).map((each) => each.name));
  return [...new Set([...multi, ...single])];
}

/**
 * Who takes part in each point, in order. Names of a point's own list that do not offer it are refused with
 * `PLUGIN_POINT_MISSING`; so is a profile without exactly one QueueSort or without a Bind plugin (`PROFILE_INVALID`).
 */
export function resolvePlugins(
  config: ProfileConfig,
  defaults: readonly EnabledPlugin[],
  instances: ReadonlyMap<string, SchedulerPlugin>,
): Readonly<Record<PointName, readonly ResolvedPlugin[]>> {
  const multi = apply(defaults, config.plugins?.multiPoint);
  const resolve = (point: PointName): readonly ResolvedPlugin[] => {
    const own = config.plugins?.[point];
    const offered = multi.filter((each) => instances.get(each.name)?.[MEMBERS[point]] !== undefined);
    for (const { name } of own?.enabled ?? []) {
      if (instances.get(name)?.[MEMBERS[point]] === undefined) {
        throw new CodedError("PLUGIN_POINT_MISSING", `plugin ${name} does not extend ${point} plugin`);
      }
    }
    return apply(offered, own).map(({ name, weight }) => ({ name, plugin: instances.get(name)!, weight: weight || 1 }));
  };
  const resolved = Object.fromEntries(POINTS.map((point) => [point, resolve(point)])) as Record<
    PointName,
    readonly ResolvedPlugin[]
  >;
  if (resolved.queueSort.length !== 1) {
    const names = resolved.queueSort.map((each) => each.name).join(", ") || "none";
    throw new CodedError(
      "PROFILE_INVALID",
      `profile ${config.schedulerName} needs exactly one queueSort plugin, not ${names}`,
    );
  }
  if (resolved.bind.length === 0) {
    throw new CodedError("PROFILE_INVALID", `at least one bind plugin is needed for profile ${config.schedulerName}`);
  }
  return resolved;
}
