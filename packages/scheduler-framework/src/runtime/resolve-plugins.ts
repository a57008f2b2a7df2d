import { CodedError } from "@pinnace/errors";
import type { SchedulerPlugin } from "../contract/points.ts";
import type { EnabledPlugin, PluginSet, PointName, ProfileConfig } from "./profile-config.ts";

/** A plugin instance of a profile, and its weight. */
export interface ResolvedPlugin {
  readonly name: string;
  readonly plugin: SchedulerPlugin;
  readonly weight: number;
}

interface Point {
  /** The member that a plugin has when it takes part in the point. */
  readonly member: keyof SchedulerPlugin;
  /** The point's name in messages. */
  readonly type: string;
}

const POINTS: Readonly<Record<PointName, Point>> = {
  preEnqueue: { member: "preEnqueue", type: "PreEnqueuePlugin" },
  queueSort: { member: "compare", type: "QueueSortPlugin" },
  preFilter: { member: "preFilter", type: "PreFilterPlugin" },
  filter: { member: "filter", type: "FilterPlugin" },
  postFilter: { member: "postFilter", type: "PostFilterPlugin" },
  preScore: { member: "preScore", type: "PreScorePlugin" },
  score: { member: "score", type: "ScorePlugin" },
  reserve: { member: "reserve", type: "ReservePlugin" },
  permit: { member: "permit", type: "PermitPlugin" },
  preBind: { member: "preBind", type: "PreBindPlugin" },
  bind: { member: "bind", type: "BindPlugin" },
  postBind: { member: "postBind", type: "PostBindPlugin" },
};

const POINT_NAMES: readonly PointName[] = Object.keys(POINTS) as PointName[];

/** The defaults, changed by a profile's `multiPoint`: what it names again is replaced where it stands. */
function multiPointOf(config: ProfileConfig, defaults: readonly EnabledPlugin[]): readonly EnabledPlugin[] {
  const { enabled = [], disabled = [] } = config.plugins?.multiPoint ?? {};
  const off = new Set(disabled.map(({ name }) => name));
  const kept = off.has("*") ? [] : defaults.filter(({ name }) => !off.has(name));
  const replaced = kept.map((each) => enabled.find(({ name }) => name === each.name) ?? each);
  return [...replaced, ...enabled.filter((each) => !replaced.includes(each))];
}

/** A name that a profile uses, with the point for which it uses it first. */
export interface NamedPlugin {
  readonly name: string;
  /** `ScorePlugin`. */
  readonly type: string;
}

/** The names that a profile uses anywhere, once each. */
export function namedPlugins(config: ProfileConfig, defaults: readonly EnabledPlugin[]): readonly NamedPlugin[] {
  const single = POINT_NAMES.flatMap((point) =>
    (config.plugins?.[point]?.enabled ?? []).map(({ name }) => ({ name, type: POINTS[point].type })),
  );
  const multi = multiPointOf(config, defaults).map(({ name }) => ({ name, type: POINTS.preFilter.type }));
  const named = new Map<string, NamedPlugin>();
  for (const each of [...multi, ...single]) if (!named.has(each.name)) named.set(each.name, each);
  return [...named.values()];
}

/** The names that a profile uses anywhere. */
export function pluginNames(config: ProfileConfig, defaults: readonly EnabledPlugin[]): readonly string[] {
  return namedPlugins(config, defaults).map(({ name }) => name);
}

/**
 * Who takes part in each point, in order: those of `multiPoint` that the point's own list names again, in the order of that
 * list; the others of `multiPoint`; the others of the list. Names of a point's own list that do not offer it are refused
 * with `PLUGIN_POINT_MISSING`; a plugin that is there twice, other than one QueueSort, no Bind plugin, and weights that
 * are negative or too large with `PROFILE_INVALID`.
 */
export function resolvePlugins(
  config: ProfileConfig,
  defaults: readonly EnabledPlugin[],
  instances: ReadonlyMap<string, SchedulerPlugin>,
): Readonly<Record<PointName, readonly ResolvedPlugin[]>> {
  const multi = multiPointOf(config, defaults);
  const resolved = Object.fromEntries(
    POINT_NAMES.map((point) => [
      point,
      resolvePoint(POINTS[point], config.plugins?.[point] ?? {}, multi, instances).map(({ name, weight }) => ({
        name,
        plugin: instances.get(name)!,
        weight: weight || 1,
      })),
    ]),
  ) as unknown as Record<PointName, readonly ResolvedPlugin[]>;
  const { schedulerName } = config;
  checkWeights(resolved.score);
  const sorts = resolved.queueSort.length;
  if (sorts !== 1) {
    throw invalid(
      `only one queue sort plugin required for profile with scheduler name ${JSON.stringify(schedulerName)}, but got ${sorts}`,
    );
  }
  if (resolved.bind.length === 0) {
    throw invalid(
      `at least one bind plugin is needed for profile with scheduler name ${JSON.stringify(schedulerName)}`,
    );
  }
  return resolved;
}

const invalid = (message: string): CodedError => new CodedError("PROFILE_INVALID", message);

function resolvePoint(
  { member, type }: Point,
  { enabled = [], disabled = [] }: PluginSet,
  multi: readonly EnabledPlugin[],
  instances: ReadonlyMap<string, SchedulerPlugin>,
): readonly EnabledPlugin[] {
  for (const { name } of enabled) {
    if (instances.get(name)?.[member] !== undefined) continue;
    throw new CodedError("PLUGIN_POINT_MISSING", `plugin ${JSON.stringify(name)} does not extend ${type} plugin`);
  }
  refuseTwins(enabled, type);
  const off = new Set(disabled.map(({ name }) => name));
  if (off.has("*")) return enabled;
  const own = new Set(enabled.map(({ name }) => name));
  const offered = multi.filter(({ name }) => instances.get(name)?.[member] !== undefined && !off.has(name));
  const others = offered.filter(({ name }) => !own.has(name));
  refuseTwins(others, type);
  const again = new Set(offered.map(({ name }) => name));
  const [overriding, added] = [
    enabled.filter(({ name }) => again.has(name)),
    enabled.filter(({ name }) => !again.has(name)),
  ];
  return [...overriding, ...others, ...added];
}

function refuseTwins(plugins: readonly EnabledPlugin[], type: string): void {
  const seen = new Set<string>();
  for (const { name } of plugins) {
    if (seen.has(name)) throw invalid(`plugin ${JSON.stringify(name)} already registered as ${JSON.stringify(type)}`);
    seen.add(name);
  }
}

/** The largest total that a node may reach, so that sums stay exact. */
const MOST = Number.MAX_SAFE_INTEGER / 100;

function checkWeights(plugins: readonly ResolvedPlugin[]): void {
  const total = plugins.reduce((sum, { weight }) => sum + weight, 0);
  if (total > MOST || plugins.some(({ weight }) => weight < 0)) {
    throw invalid("score plugins: total score of Score plugins could overflow");
  }
}
