import { decodeFields, decodeYaml, parseDuration } from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import { cannotDecode } from "./configuration-error.ts";
import type { KubeSchedulerConfiguration, PluginArgs } from "./configuration-types.ts";
import { definitionOf, resolveDefinition } from "./schemas.ts";

const GROUP = "kubescheduler.config.k8s.io";
const VERSION = `${GROUP}/v1`;

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads a KubeSchedulerConfiguration from YAML or JSON text, or from an object, strictly. Throws
 * `SchedulerConfigurationError` `SCHEDULER_CONFIGURATION_DECODE`.
 */
export function decodeConfiguration(document: unknown): KubeSchedulerConfiguration {
  const { value, duplicates } = contentOf(document);
  const { apiVersion = "", kind = "" } = (value ?? {}) as { apiVersion?: string; kind?: string };
  if (kind === "") throw cannotDecode(`Object 'Kind' is missing in '${sourceOf(document)}'`);
  const definition = apiVersion === VERSION ? definitionOf(kind) : undefined;
  if (definition === undefined || !(kind === "KubeSchedulerConfiguration" || kind.endsWith("Args"))) {
    throw cannotDecode(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`);
  }
  if (kind !== "KubeSchedulerConfiguration") {
    throw cannotDecode(`couldn't decode as KubeSchedulerConfiguration, got ${VERSION}, Kind=${kind}: `);
  }
  const decoded = decodeFields(value, definition.schema, resolveDefinition, { definitionName: definition.name });
  if (decoded.error !== undefined) throw cannotDecode(decoded.error);
  const unknown = [...duplicates, ...[...decoded.unknown].sort()];
  const args = decodeArgs(decoded.value as KubeSchedulerConfiguration);
  const complaints = [...unknown, ...args];
  if (complaints.length > 0) throw cannotDecode(`strict decoding error: ${complaints.join(", ")}`);
  const configuration = decoded.value as KubeSchedulerConfiguration;
  for (const extender of configuration.extenders ?? []) {
    checkDuration(extender.httpTimeout);
    for (const data of [extender.tlsConfig?.certData, extender.tlsConfig?.keyData, extender.tlsConfig?.caData]) {
      checkBase64(data);
    }
  }
  const { leaseDuration, renewDeadline, retryPeriod } = configuration.leaderElection ?? {};
  for (const duration of [leaseDuration, renewDeadline, retryPeriod]) checkDuration(duration);
  return configuration;
}

function contentOf(document: unknown): { readonly value: unknown; readonly duplicates: readonly string[] } {
  if (typeof document !== "string") {
    return { value: JSON.parse(JSON.stringify(document ?? null)) as unknown, duplicates: [] };
  }
  try {
    return decodeYaml(document);
  } catch (error) {
    throw cannotDecode(messageOf(error));
  }
}

const sourceOf = (document: unknown): string =>
  typeof document === "string" ? document : (JSON.stringify(document) ?? "");

/** Decodes the arguments of plugins whose arguments are known, in place; answers what strict decoding finds. */
function decodeArgs({ profiles = [] }: KubeSchedulerConfiguration): readonly string[] {
  const complaints: string[] = [];
  for (const [at, profile] of profiles.entries()) {
    for (const [index, entry] of (profile.pluginConfig ?? []).entries()) {
      const place = `decoding .profiles[${at}].pluginConfig[${index}]`;
      const unknown = decodePluginArgs(entry, place);
      if (unknown.length > 0) {
        const what = `decoding args for plugin ${entry.name}: strict decoding error: ${unknown.join(", ")}`;
        complaints.push(`${place}: strict decoding error: ${what}`);
      }
    }
  }
  return complaints;
}

function decodePluginArgs(entry: PluginArgs, place: string): readonly string[] {
  const definition = definitionOf(`${entry.name}Args`);
  if (definition === undefined || entry.args === undefined) return [];
  const wanted = `${entry.name}Args`;
  const { apiVersion = VERSION, kind = wanted } = entry.args as { apiVersion?: string; kind?: string };
  const group = apiVersion.split("/")[0] ?? "";
  if (kind !== wanted || group !== GROUP) {
    throw cannotDecode(
      `${place}: args for plugin ${entry.name} were not of type ${wanted}.${GROUP}, got ${kind}.${group}`,
    );
  }
  const { error, unknown } = decodeFields(entry.args, definition.schema, resolveDefinition, {
    definitionName: definition.name,
  });
  if (error !== undefined) throw cannotDecode(`${place}: decoding args for plugin ${entry.name}: ${error}`);
  for (const duration of ["filterTimeout", "bindingTimeout"]) {
    checkDuration((entry.args as Members)[duration] as string | undefined);
  }
  return [...unknown].sort();
}

function checkDuration(text: string | undefined): void {
  if (text !== undefined && parseDuration(text) === undefined) {
    throw cannotDecode(`time: invalid duration ${JSON.stringify(text)}`);
  }
}

function checkBase64(text: string | undefined): void {
  const wrong = /[^A-Za-z0-9+/=\r\n]/.exec(text ?? "");
  if (wrong !== null) throw cannotDecode(`illegal base64 data at input byte ${wrong.index}`);
}
