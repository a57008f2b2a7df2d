import { CNI_API_VERSION, CNI_PLUGIN_TYPE } from "@pinnace/cni-plugins";
import type { PluginHost } from "@pinnace/plugin";
import { SCHEDULER_API_VERSION, SCHEDULER_PLUGIN_TYPE } from "@pinnace/scheduler-framework";

/** The kinds of plugins that this command takes. */
export const PLUGIN_HOSTS: readonly PluginHost[] = [
  { type: SCHEDULER_PLUGIN_TYPE, apiVersion: SCHEDULER_API_VERSION },
  { type: CNI_PLUGIN_TYPE, apiVersion: CNI_API_VERSION },
];
