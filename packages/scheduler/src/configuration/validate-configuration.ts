import {
  duplicate,
  type FieldError,
  type FieldPath,
  fieldPath,
  invalidValue,
  isQualifiedName,
  parseDuration,
  required,
} from "@pinnace/apimachinery";
import type { PluginSet, PointName } from "@pinnace/scheduler-framework";
import type {
  KubeExtender,
  KubeSchedulerConfiguration,
  KubeSchedulerProfile,
  LeaderElection,
} from "./configuration-types.ts";
import { validatePluginArgs } from "./validate-plugin-args.ts";

/** Plugins that there were once. */
const REMOVED = new Set(["AzureDiskLimits", "CinderLimits", "EBSLimits", "GCEPDLimits"]);
const wasRemoved =
  'was invalid in version "v1" (KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1")';

/** What is wrong with a configuration whose defaults are filled in. */
export function validateConfiguration(configuration: KubeSchedulerConfiguration): readonly FieldError[] {
  const { parallelism = 16, profiles = [], extenders = [] } = configuration;
  const { podInitialBackoffSeconds = 1, podMaxBackoffSeconds = 10, percentageOfNodesToScore } = configuration;
  const errors: FieldError[] = [];
  const burst = configuration.clientConnection?.burst ?? 0;
  if (burst < 0) errors.push(invalidValue(fieldPath("clientConnection", "burst"), burst, "must be non-negative"));
  errors.push(...validateLeaderElection(configuration.leaderElection ?? {}));
  if (parallelism <= 0)
    errors.push(invalidValue(fieldPath("parallelism"), parallelism, "should be an integer value greater than zero"));
  errors.push(...validateProfiles(profiles));
  errors.push(...percentage(fieldPath("percentageOfNodesToScore"), percentageOfNodesToScore));
  if (podInitialBackoffSeconds <= 0) {
    errors.push(
      invalidValue(fieldPath("podInitialBackoffSeconds"), podInitialBackoffSeconds, "must be greater than 0"),
    );
  }
  if (podMaxBackoffSeconds < podInitialBackoffSeconds) {
    const message = "must be greater than or equal to PodInitialBackoffSeconds";
    errors.push(invalidValue(fieldPath("podMaxBackoffSeconds"), podMaxBackoffSeconds, message));
  }
  return [...errors, ...validateExtenders(fieldPath("extenders"), extenders)];
}

function validateLeaderElection(election: LeaderElection): readonly FieldError[] {
  if (election.leaderElect !== true) return [];
  const { leaseDuration = "15s", renewDeadline = "10s", retryPeriod = "2s", resourceLock = "leases" } = election;
  const path = fieldPath("leaderElection");
  const errors: FieldError[] = [];
  for (const [name, text] of Object.entries({ leaseDuration, renewDeadline, retryPeriod })) {
    if ((parseDuration(text) ?? 0) <= 0) errors.push(invalidValue(path.child(name), text, "must be greater than zero"));
  }
  if ((parseDuration(leaseDuration) ?? 0) <= (parseDuration(renewDeadline) ?? 0)) {
    errors.push(invalidValue(path.child("leaseDuration"), renewDeadline, "must be greater than `RenewDeadline`"));
  }
  if (resourceLock !== "leases") {
    errors.push(invalidValue(path.child("resourceLock"), resourceLock, 'resourceLock value must be "leases"'));
  }
  return errors;
}

function validateProfiles(profiles: readonly KubeSchedulerProfile[]): readonly FieldError[] {
  const path = fieldPath("profiles");
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, profile] of profiles.entries()) {
    const { schedulerName = "" } = profile;
    errors.push(...validateProfile(path.index(index), profile));
    // Upstream prints the other profile's path, which JSON makes `{}`.
    if (seen.has(schedulerName)) errors.push(duplicate(path.index(index).child("schedulerName"), {}));
    seen.add(schedulerName);
  }
  return [...errors, ...validateCommonQueueSort(path, profiles)];
}

function validateProfile(path: FieldPath, profile: KubeSchedulerProfile): readonly FieldError[] {
  const { schedulerName = "", percentageOfNodesToScore, plugins = {}, pluginConfig = [] } = profile;
  const errors: FieldError[] = [];
  if (schedulerName === "") errors.push(required(path.child("schedulerName")));
  errors.push(...percentage(path.child("percentageOfNodesToScore"), percentageOfNodesToScore));
  for (const [point, { enabled = [] }] of Object.entries(plugins) as [PointName | "multiPoint", PluginSet][]) {
    if (point === "multiPoint") continue;
    for (const [index, { name }] of enabled.entries()) {
      const at = path.child("plugins", point, "enabled").index(index);
      if (REMOVED.has(name)) errors.push(invalidValue(at, name, wasRemoved));
    }
  }
  const seen = new Set<string>();
  for (const [index, { name, args }] of pluginConfig.entries()) {
    const at = path.child("pluginConfig").index(index);
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
    if (REMOVED.has(name)) errors.push(invalidValue(at, name, wasRemoved));
    else errors.push(...validatePluginArgs(name, at.child("args"), args ?? {}));
  }
  return errors;
}

function percentage(path: FieldPath, value: number | undefined): readonly FieldError[] {
  return value === undefined || (value >= 0 && value <= 100)
    ? []
    : [invalidValue(path, value, "not in valid range [0-100]")];
}

/** All profiles share one queue, so they have to agree on its order. */
function validateCommonQueueSort(path: FieldPath, profiles: readonly KubeSchedulerProfile[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  const [first, ...others] = profiles.map(({ plugins }) => goPluginSet(plugins?.queueSort));
  const count = profiles[0]?.plugins?.queueSort?.enabled?.length ?? 0;
  if (count > 1) {
    const at = path.index(0).child("plugins", "queueSort", "Enabled");
    errors.push(invalidValue(at, count, "only one queue sort plugin can be enabled"));
  }
  for (const [index, each] of others.entries()) {
    if (JSON.stringify(each) === JSON.stringify(first)) continue;
    const at = path.index(index + 1).child("plugins", "queueSort");
    errors.push(invalidValue(at, each, "must be the same for all profiles"));
  }
  return [...errors, ...validateQueueSortArgs(path, profiles)];
}

function validateQueueSortArgs(path: FieldPath, profiles: readonly KubeSchedulerProfile[]): readonly FieldError[] {
  const name = profiles[0]?.plugins?.queueSort?.enabled?.[0]?.name;
  const argsOf = ({ pluginConfig = [] }: KubeSchedulerProfile) => pluginConfig.find((each) => each.name === name)?.args;
  if (name === undefined) return [];
  const first = JSON.stringify(argsOf(profiles[0]!));
  return profiles.flatMap((profile, index) => {
    const args = argsOf(profile);
    if (index === 0 || args === undefined || JSON.stringify(args) === first) return [];
    const at = path.index(index).child("pluginConfig", "args");
    return [invalidValue(at, args, "queueSort must be the same for all profiles")];
  });
}

/** As Go prints it: members with capitals, weights always there. */
function goPluginSet({ enabled, disabled }: PluginSet = {}): object {
  const plugins = (list: PluginSet["enabled"]): object | null =>
    list === undefined || list.length === 0
      ? null
      : list.map(({ name, weight = 0 }) => ({ Name: name, Weight: weight }));
  return { Enabled: plugins(enabled), Disabled: plugins(disabled) };
}

function validateExtenders(path: FieldPath, extenders: readonly KubeExtender[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  const managed = new Set<string>();
  for (const [index, { prioritizeVerb = "", weight = 0, managedResources = [] }] of extenders.entries()) {
    const at = path.index(index);
    if (prioritizeVerb !== "" && weight <= 0) {
      errors.push(invalidValue(at.child("weight"), weight, "must have a positive weight applied to it"));
    }
    for (const [position, { name = "" }] of managedResources.entries()) {
      const nameAt = at.child("managedResources").index(position).child("name");
      errors.push(...validateExtendedResourceName(nameAt, name));
      if (managed.has(name)) errors.push(invalidValue(nameAt, name, "duplicate extender managed resource name"));
      managed.add(name);
    }
  }
  const binders = extenders.filter(({ bindVerb = "" }) => bindVerb !== "").length;
  if (binders > 1) {
    const found = `found ${binders} extenders implementing bind`;
    errors.push(invalidValue(path, found, "only one extender can implement bind"));
  }
  return errors;
}

function validateExtendedResourceName(path: FieldPath, name: string): readonly FieldError[] {
  const problems = isQualifiedName(name);
  if (problems.length > 0) return problems.map((problem) => invalidValue(path, name, problem));
  const isNative = !name.includes("/") || name.split("/")[0]?.endsWith("kubernetes.io");
  const isQuota = name.startsWith("requests.") || isQualifiedName(`requests.${name}`).length > 0;
  return isNative || isQuota ? [invalidValue(path, name, "is an invalid extended resource name")] : [];
}
