/**
 * Plugins: how they are defined, checked, ordered and instantiated. A plugin is data plus one function; importing its
 * module has no side effect. Everything that Pinnace ships as a plugin comes in through this door.
 *
 * ```ts
 * import { createPluginRegistry, definePlugin } from "@pinnace/plugin";
 *
 * const hello = definePlugin({
 *   type: "example.greeter.v1",
 *   name: "Hello",
 *   apiRange: "^1.0.0",
 *   config: { type: "object", properties: { name: { type: "string", default: "world" } } },
 *   create: (_components: object, config: { name: string }) => () => `hello ${config.name}`,
 * });
 *
 * const registry = createPluginRegistry([{ source: "built in", definition: hello }], {
 *   hosts: [{ type: "example.greeter.v1", apiVersion: "1.0.0" }],
 * });
 * const greet = registry.create<() => string>("example.greeter.v1", "Hello", {});
 * greet(); // hello world
 * ```
 *
 * `discoverPlugins` of `@pinnace/plugin/node` finds plugin packages in folders. Error codes: see `PluginErrorCode`.
 *
 * @packageDocumentation
 */
export { applyConfigSchema, type ConfigProblem, type ConfigResult } from "./config-schema.ts";
export {
  type ConfigSchema,
  definePlugin,
  isPluginDefinition,
  PLUGIN_BRAND,
  type PluginDefinition,
} from "./definition.ts";
export { PluginError, type PluginErrorCode } from "./plugin-error.ts";
export {
  createPluginRegistry,
  type PluginCandidate,
  type PluginHost,
  type PluginRegistry,
  type PluginRegistryOptions,
  type PluginReport,
} from "./registry.ts";
