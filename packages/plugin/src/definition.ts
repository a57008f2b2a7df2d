/** Marks a value as made by {@link definePlugin}, across copies of this package. */
export const PLUGIN_BRAND: unique symbol = Symbol.for("pinnace.plugin.definition") as never;

/** The configuration a plugin accepts, as a JSON schema subset (`type`, `properties`, `required`, `default`, `enum`, bounds, `items`). */
export type ConfigSchema = Readonly<Record<string, unknown>>;

/**
 * A plugin: data plus one function. Importing the module that exports it (as its default export) has no side effect.
 * `Components` is what the host of that plugin type gives; `Instance` is what it expects back.
 */
export interface PluginDefinition<Components = never, Config = unknown, Instance = unknown> {
  /** Contract and its major version: `pinnace.scheduler.v1`, `pinnace.cni.v1`. */
  readonly type: string;
  /** Unique within the type: `NodeResourcesFit`, `ptp`. */
  readonly name: string;
  /** Semver range of the host's API that the plugin was written for: `^1.0.0`. */
  readonly apiRange: string;
  /** Names of plugins of the same type that must be loaded before this one. */
  readonly requires?: readonly string[];
  /** True: nobody uses the plugin unless a configuration names it. Default: where it is found it is used. */
  readonly optional?: boolean;
  /** Absent: the plugin takes no configuration and any is refused. */
  readonly config?: ConfigSchema;
  /** Makes the instance. May be called more than once (profiles), with different configurations. */
  create(components: Components, config: Config): Instance;
}

/** Brands a definition so that the loader recognises it. Throws `TypeError` when a required member is missing. */
export function definePlugin<Components, Config, Instance>(
  definition: PluginDefinition<Components, Config, Instance>,
): PluginDefinition<Components, Config, Instance> {
  for (const member of ["type", "name", "apiRange"] as const) {
    if (typeof definition[member] !== "string" || definition[member] === "")
      throw new TypeError(`plugin definition: ${member} must be a non-empty string`);
  }
  if (typeof definition.create !== "function") throw new TypeError("plugin definition: create must be a function");
  return Object.freeze({ ...definition, [PLUGIN_BRAND]: true });
}

/** True when `value` came from {@link definePlugin} (of any copy of this package). */
export function isPluginDefinition(value: unknown): value is PluginDefinition {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[PLUGIN_BRAND] === true;
}
