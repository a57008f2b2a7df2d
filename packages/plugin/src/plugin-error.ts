import { CodedError } from "@pinnace/errors";

/**
 * - `PLUGIN_IMPORT_FAILED`: the package's entry point cannot be resolved, or threw while it was imported.
 * - `PLUGIN_NOT_DEFINED`: its default export was not made by `definePlugin`.
 * - `PLUGIN_UNKNOWN_TYPE`: no host of this process takes plugins of its type.
 * - `PLUGIN_API_MISMATCH`: its `apiRange` does not include the host's API version.
 * - `PLUGIN_DUPLICATE`: another plugin of the same type has the same name.
 * - `PLUGIN_REQUIREMENT_MISSING`: a plugin that it requires is not there or not ready, or they require each other.
 * - `PLUGIN_CONFIG_INVALID`: its configuration does not fit its schema.
 * - `PLUGIN_CREATE_FAILED`: `create` threw.
 * - `PLUGIN_NOT_FOUND`: nothing ready has the name that was asked for.
 */
export type PluginErrorCode =
  | "PLUGIN_IMPORT_FAILED"
  | "PLUGIN_NOT_DEFINED"
  | "PLUGIN_UNKNOWN_TYPE"
  | "PLUGIN_API_MISMATCH"
  | "PLUGIN_DUPLICATE"
  | "PLUGIN_REQUIREMENT_MISSING"
  | "PLUGIN_CONFIG_INVALID"
  | "PLUGIN_CREATE_FAILED"
  | "PLUGIN_NOT_FOUND";

/** Why a plugin cannot be used. The message names the plugin, where it came from, and the other party. */
export class PluginError extends CodedError<PluginErrorCode> {
  override name = "PluginError";
}
