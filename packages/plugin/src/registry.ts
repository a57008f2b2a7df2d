import { messageOf } from "@pinnace/errors";
import { takesVersion } from "./api-range.ts";
import { applyConfigSchema } from "./config-schema.ts";
import { isPluginDefinition, type PluginDefinition } from "./definition.ts";
import { PluginError } from "./plugin-error.ts";

/** Something that may be a plugin: what a module exported, or why it could not be imported. */
export type PluginCandidate =
  | { readonly source: string; readonly definition: unknown }
  | { readonly source: string; readonly error: PluginError };

/** A plugin type that the process takes, with the version of its contract. */
export interface PluginHost {
  /** `pinnace.scheduler.v1` */
  readonly type: string;
  /** Semver: `1.2.0`. */
  readonly apiVersion: string;
}

export interface PluginRegistryOptions {
  readonly hosts: readonly PluginHost[];
  /** Says whether a plugin is switched off, and why; such a plugin is `skipped`. */
  readonly disabled?: (definition: PluginDefinition) => string | undefined;
}

/** What became of one candidate. */
export interface PluginReport {
  /** Path of the package, or a name that the application gave. */
  readonly source: string;
  /** Absent when the candidate is no plugin at all. */
  readonly type?: string;
  readonly name?: string;
  readonly state: "ready" | "skipped" | "failed";
  /** Ready, and used only where a configuration names it. */
  readonly optional?: boolean;
  /** Why it was skipped. */
  readonly reason?: string;
  /** Why it failed. */
  readonly error?: PluginError;
}

/** The plugins of one process. It is an instance, never a global. */
export interface PluginRegistry {
  /** One report per candidate, in the order of the candidates. */
  readonly reports: readonly PluginReport[];
  /** Ready definitions of a type, each after those that it requires, else by name. */
  definitions(type: string): readonly PluginDefinition[];
  /**
   * Makes an instance of a ready plugin. Throws `PluginError`: `PLUGIN_NOT_FOUND`, `PLUGIN_CONFIG_INVALID`,
   * `PLUGIN_CREATE_FAILED`.
   */
  create<Instance>(type: string, name: string, components: unknown, config?: unknown): Instance;
}

interface Known {
  readonly source: string;
  readonly definition: PluginDefinition;
}

/** Checks the candidates and orders those that are ready. One bad plugin never keeps the others from loading. */
export function createPluginRegistry(
  candidates: readonly PluginCandidate[],
  options: PluginRegistryOptions,
): PluginRegistry {
  const ready = new Map<string, Known>();
  const reports = candidates.map((candidate) => admit(candidate, options, ready));
  const order = orderByRequirement(ready, reports);
  return {
    reports,
    definitions: (type) => order.filter((known) => known.definition.type === type).map((known) => known.definition),
    create: (type, name, components, config) => {
      const known = order.find(({ definition }) => definition.type === type && definition.name === name);
      if (known === undefined) throw notFound(type, name, reports);
      return instantiate(known, components, config) as never;
    },
  };
}

function admit(candidate: PluginCandidate, options: PluginRegistryOptions, ready: Map<string, Known>): PluginReport {
  const { source } = candidate;
  if ("error" in candidate) return { source, state: "failed", error: candidate.error };
  const { definition } = candidate;
  if (!isPluginDefinition(definition)) {
    const error = new PluginError("PLUGIN_NOT_DEFINED", `${source} does not export a plugin`, {
      remedy: "make its default export with definePlugin() of @pinnace/plugin",
    });
    return { source, state: "failed", error };
  }
  const { type, name } = definition;
  const reason = options.disabled?.(definition);
  if (reason !== undefined) return { source, type, name, state: "skipped", reason };
  const error = refuse(source, definition, options.hosts, ready);
  if (error !== undefined) return { source, type, name, state: "failed", error };
  ready.set(keyOf(definition), { source, definition });
  return { source, type, name, state: "ready", ...(definition.optional === true ? { optional: true } : {}) };
}

const keyOf = ({ type, name }: { type: string; name: string }): string => `${type}/${name}`;

function refuse(
  source: string,
  definition: PluginDefinition,
  hosts: readonly PluginHost[],
  ready: Map<string, Known>,
): PluginError | undefined {
  const { type, name, apiRange } = definition;
  const host = hosts.find((each) => each.type === type);
  if (host === undefined) {
    const types = hosts.map((each) => each.type).join(", ");
    return new PluginError(
      "PLUGIN_UNKNOWN_TYPE",
      `plugin ${name} (${source}) has the type ${type}; known are ${types}`,
    );
  }
  if (!takesVersion(apiRange, host.apiVersion)) {
    return new PluginError(
      "PLUGIN_API_MISMATCH",
      `plugin ${name} (${source}) was written for ${type} ${apiRange}; this is ${host.apiVersion}`,
      { remedy: "install a version of the plugin for this API, or another version of the host" },
    );
  }
  const twin = ready.get(keyOf(definition));
  if (twin === undefined) return undefined;
  return new PluginError("PLUGIN_DUPLICATE", `plugin ${name} (${source}) is loaded already from ${twin.source}`, {
    remedy: "remove one of them or give it another name",
  });
}

/** Depth-first, so that requirements come first; marks those whose requirement is missing or circular as failed. */
function orderByRequirement(ready: Map<string, Known>, reports: PluginReport[]): readonly Known[] {
  const order: Known[] = [];
  const state = new Map<string, "open" | "done" | PluginError>();
  const visit = (known: Known): PluginError | undefined => {
    const key = keyOf(known.definition);
    const seen = state.get(key);
    if (seen !== undefined) return seen === "done" ? undefined : seen === "open" ? missing(known, "itself") : seen;
    state.set(key, "open");
    for (const name of known.definition.requires ?? []) {
      const required = ready.get(keyOf({ type: known.definition.type, name }));
      if (required === undefined || visit(required) !== undefined) {
        const error = missing(known, name);
        state.set(key, error);
        return error;
      }
    }
    state.set(key, "done");
    order.push(known);
    return undefined;
  };
  for (const key of [...ready.keys()].sort()) {
    const known = ready.get(key)!;
    const error = visit(known);
    if (error === undefined) continue;
    const index = reports.findIndex(
      (report) => report.source === known.source && report.name === known.definition.name,
    );
    reports[index] = { ...reports[index]!, state: "failed", error };
  }
  return order;
}

function missing({ source, definition }: Known, required: string): PluginError {
  const message = `plugin ${definition.name} (${source}) requires ${required}, which is not ready`;
  return new PluginError("PLUGIN_REQUIREMENT_MISSING", message);
}

function notFound(type: string, name: string, reports: readonly PluginReport[]): PluginError {
  const report = reports.find((each) => each.type === type && each.name === name);
  const why = report?.error?.message ?? report?.reason ?? "nothing of that name was found";
  return new PluginError("PLUGIN_NOT_FOUND", `no plugin ${name} of type ${type}: ${why}`);
}

function instantiate({ source, definition }: Known, components: unknown, config: unknown): unknown {
  const { name } = definition;
  const { config: checked, problems } = applyConfigSchema(definition.config ?? { type: "object" }, config);
  if (problems.length > 0) {
    const text = problems.map(({ path, message }) => (path === "" ? message : `${path} ${message}`)).join("; ");
    throw new PluginError("PLUGIN_CONFIG_INVALID", `configuration of plugin ${name} (${source}): ${text}`);
  }
  try {
    return definition.create(components as never, checked);
  } catch (cause) {
    throw new PluginError("PLUGIN_CREATE_FAILED", `plugin ${name} (${source}): ${messageOf(cause)}`, { cause });
  }
}
