import { type FieldError, parseDuration } from "@pinnace/apimachinery";
import type { ProfileConfig } from "@pinnace/scheduler-framework";
import type { SchedulerConfig } from "../config.ts";
import type { ExtenderConfig } from "../extenders/extender-config.ts";
import { SchedulerConfigurationError } from "./configuration-error.ts";
import type { KubeExtender, KubeSchedulerProfile, PluginArgs } from "./configuration-types.ts";
import { decodeConfiguration } from "./decode-configuration.ts";
import { validateConfiguration } from "./validate-configuration.ts";

const DEFAULT_SCHEDULER_NAME = "default-scheduler";
/** Milliseconds. */
const DEFAULT_EXTENDER_TIMEOUT = 5_000;

/**
 * Reads a `KubeSchedulerConfiguration` of `kubescheduler.config.k8s.io/v1`: YAML or JSON text, or an object. Defaults,
 * strictness, validation and the texts of errors are kube-scheduler's. What has no meaning here (`leaderElection`,
 * `clientConnection`, `parallelism`, profiling) is checked and otherwise left alone. Throws
 * {@link SchedulerConfigurationError}.
 */
export function parseSchedulerConfiguration(document: unknown): SchedulerConfig {
  const decoded = decodeConfiguration(document);
  const configuration = { ...decoded, profiles: withDefaults(decoded.profiles ?? []) };
  const errors = validateConfiguration(configuration);
  if (errors.length > 0) throw new SchedulerConfigurationError("SCHEDULER_CONFIGURATION_INVALID", textOf(errors));
  const { extenders = [] } = configuration;
  return {
    profiles: configuration.profiles.map((profile) => profileOf(profile, ignoredResources(extenders))),
    percentageOfNodesToScore: configuration.percentageOfNodesToScore ?? 0,
    podInitialBackoffSeconds: configuration.podInitialBackoffSeconds ?? 1,
    podMaxBackoffSeconds: configuration.podMaxBackoffSeconds ?? 10,
    extenders: extenders.map(extenderOf),
  };
}

/** Several errors are one, as Go's aggregates print them. */
function textOf(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  return texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
}

/** Only a profile that is alone may go without a name. */
function withDefaults(profiles: readonly KubeSchedulerProfile[]): readonly KubeSchedulerProfile[] {
  const all = profiles.length === 0 ? [{}] : profiles;
  return all.map((profile) => ({
    ...profile,
    ...(all.length === 1 ? { schedulerName: profile.schedulerName ?? DEFAULT_SCHEDULER_NAME } : {}),
  }));
}

function profileOf(profile: KubeSchedulerProfile, ignored: readonly string[]): ProfileConfig {
  const { schedulerName = DEFAULT_SCHEDULER_NAME, percentageOfNodesToScore, plugins, pluginConfig = [] } = profile;
  return {
    schedulerName,
    ...(percentageOfNodesToScore === undefined ? {} : { percentageOfNodesToScore }),
    ...(plugins === undefined ? {} : { plugins }),
    pluginConfig: withIgnored(pluginConfig, ignored).map(({ name, args = {} }) => {
      const { apiVersion: _version, kind: _kind, ...rest } = args;
      return { name, args: rest };
    }),
  };
}

/** Resources that an extender takes care of instead of NodeResourcesFit. */
function ignoredResources(extenders: readonly KubeExtender[]): readonly string[] {
  return extenders.flatMap(({ managedResources = [] }) =>
    managedResources.filter(({ ignoredByScheduler }) => ignoredByScheduler === true).map(({ name = "" }) => name),
  );
}

function withIgnored(pluginConfig: readonly PluginArgs[], ignored: readonly string[]): readonly PluginArgs[] {
  if (ignored.length === 0) return pluginConfig;
  const fit = "NodeResourcesFit";
  const args = pluginConfig.find(({ name }) => name === fit)?.args ?? {};
  const ignoredResources = [...((args.ignoredResources as readonly string[] | undefined) ?? []), ...ignored];
  return [...pluginConfig.filter(({ name }) => name !== fit), { name: fit, args: { ...args, ignoredResources } }];
}

function extenderOf(extender: KubeExtender): ExtenderConfig {
  const { urlPrefix = "", filterVerb = "", preemptVerb = "", prioritizeVerb = "", bindVerb = "" } = extender;
  const { weight = 0, enableHTTPS = false, nodeCacheCapable = false, ignorable = false, tlsConfig } = extender;
  const managed = extender.managedResources ?? [];
  return {
    ...{ urlPrefix, filterVerb, preemptVerb, prioritizeVerb, bindVerb, weight, enableHTTPS, nodeCacheCapable },
    ...{ ignorable, ...(tlsConfig === undefined ? {} : { tlsConfig }) },
    httpTimeout: parseDuration(extender.httpTimeout ?? "0s") || DEFAULT_EXTENDER_TIMEOUT,
    managedResources: managed.map(({ name = "", ignoredByScheduler = false }) => ({ name, ignoredByScheduler })),
  };
}
