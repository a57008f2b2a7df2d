import { CodedError, isCodedError } from "@pinnace/errors";
import type { PluginRegistry } from "@pinnace/plugin";
import {
  DEFAULT_PLUGINS,
  type EnabledPlugin,
  namedPlugins,
  Profile,
  type ProfileConfig,
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
} from "@pinnace/scheduler-framework";

/**
 * Builds a profile from the plugins that are loaded. Defaults that are not there are left out, so that a control plane can
 * do without some; what a profile names itself must be there (`PLUGIN_NOT_FOUND`). Other codes: `PLUGIN_CONFIG_INVALID`,
 * `PLUGIN_CREATE_FAILED`, `PLUGIN_POINT_MISSING`, `PROFILE_INVALID`.
 */
export function createProfile(
  config: ProfileConfig,
  plugins: PluginRegistry,
  components: SchedulerComponents,
): Profile {
  const ready = new Set(plugins.definitions(SCHEDULER_PLUGIN_TYPE).map((definition) => definition.name));
  const defaults: readonly EnabledPlugin[] = DEFAULT_PLUGINS.filter(({ name }) => ready.has(name));
  const args = new Map((config.pluginConfig ?? []).map(({ name, args: value }) => [name, value]));
  try {
    const instances = new Map(
      namedPlugins(config, defaults).map(({ name, type }) => {
        if (!ready.has(name)) throw missing(name, type, plugins);
        return [name, plugins.create<SchedulerPlugin>(SCHEDULER_PLUGIN_TYPE, name, components, args.get(name))];
      }),
    );
    return new Profile({ config, defaults, instances });
  } catch (cause) {
    if (!isCodedError(cause)) throw cause;
    const message = `creating profile for scheduler name ${config.schedulerName}: ${cause.message}`;
    throw new CodedError(cause.code, message, {
      cause,
      ...(cause.remedy === undefined ? {} : { remedy: cause.remedy }),
    });
  }
}

/** In kube-scheduler's words; the remedy says what the registry knows of the name. */
function missing(name: string, type: string, plugins: PluginRegistry): CodedError {
  const report = plugins.reports.find((each) => each.name === name);
  const why = report?.error?.message ?? report?.reason ?? "nothing of that name was found";
  return new CodedError("PLUGIN_NOT_FOUND", `${type} ${JSON.stringify(name)} does not exist`, {
    remedy: `put it into a plugins folder (${why})`,
  });
}
