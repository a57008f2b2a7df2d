import type { Container, EnvFromSource, EnvVar, EnvVarSource, Pod } from "@pinnace/api";
import { decodeBase64, fieldValue, type NodeResources, type ObjectSource, resourceFieldValue } from "@pinnace/storage";
import { StartError } from "./config-error.ts";
import { expand } from "./expansion.ts";

interface EnvironmentSources {
  readonly objects: ObjectSource;
  readonly node: NodeResources;
  /** Variables of services; a container's own variables win over them. */
  readonly services: ReadonlyMap<string, string>;
}

/**
 * The environment of a container: services first, then `envFrom` in order, then `env` in order, later ones winning.
 * `$(NAME)` in a literal refers to anything before it. Rejects with {@link StartError} `CreateContainerConfigError` when
 * something that is not optional is missing.
 */
export async function makeEnvironment(
  pod: Pod,
  container: Container,
  sources: EnvironmentSources,
): Promise<ReadonlyMap<string, string>> {
  const env = new Map<string, string>();
  for (const from of container.envFrom ?? [])
    for (const [name, value] of await importAll(pod, from, sources.objects)) env.set(name, value);
  for (const variable of container.env ?? []) {
    const value = await variableValue(pod, container, variable, env, sources);
    if (value !== undefined) env.set(variable.name, value);
  }
  for (const [name, value] of sources.services) if (!env.has(name)) env.set(name, value);
  return env;
}

async function importAll(pod: Pod, from: EnvFromSource, objects: ObjectSource): Promise<[string, string][]> {
  const namespace = pod.metadata?.namespace ?? "";
  const prefix = from.prefix ?? "";
  if (from.configMapRef) {
    const { name = "", optional } = from.configMapRef;
    const object = await objects.configMap(namespace, name);
    if (!object && optional !== true) throw missing(`configmap "${name}" not found`);
    return Object.entries(object?.data ?? {}).map(([key, value]) => [prefix + key, value]);
  }
  if (from.secretRef) {
    const { name = "", optional } = from.secretRef;
    const object = await objects.secret(namespace, name);
    if (!object && optional !== true) throw missing(`secret "${name}" not found`);
    return Object.entries(object?.data ?? {}).map(([key, value]) => [prefix + key, decodeText(value)]);
  }
  return [];
}

async function variableValue(
  pod: Pod,
  container: Container,
  variable: EnvVar,
  env: ReadonlyMap<string, string>,
  sources: EnvironmentSources,
): Promise<string | undefined> {
  if (!variable.valueFrom) return expand(variable.value ?? "", (name) => env.get(name) ?? sources.services.get(name));
  return fromSource(pod, container, variable.valueFrom, sources);
}

async function fromSource(
  pod: Pod,
  container: Container,
  source: EnvVarSource,
  { objects, node }: EnvironmentSources,
): Promise<string | undefined> {
  const namespace = pod.metadata?.namespace ?? "";
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = source;
  if (fieldRef) return fieldValue(pod, fieldRef.fieldPath);
  if (resourceFieldRef) return resourceFieldValue(pod, resourceFieldRef, container.name, node);
  if (configMapKeyRef) {
    const { name = "", key, optional } = configMapKeyRef;
    const object = await objects.configMap(namespace, name);
    return keyOf(object?.data, key, optional, `configmap "${name}" not found`, `ConfigMap ${namespace}/${name}`);
  }
  if (secretKeyRef) {
    const { name = "", key, optional } = secretKeyRef;
    const object = await objects.secret(namespace, name);
    const value = keyOf(object?.data, key, optional, `secret "${name}" not found`, `Secret ${namespace}/${name}`);
    return value === undefined ? undefined : decodeText(value);
  }
  return "";
}

function keyOf(
  data: Readonly<Record<string, string>> | undefined,
  key: string,
  optional: boolean | undefined,
  noObject: string,
  where: string,
): string | undefined {
  if (data === undefined && optional !== true) throw missing(noObject);
  const value = data?.[key];
  if (value === undefined && optional !== true) throw missing(`couldn't find key ${key} in ${where}`);
  return value;
}

function decodeText(base64: string): string {
  return new TextDecoder().decode(decodeBase64(base64));
}

function missing(message: string): StartError {
  return new StartError("CreateContainerConfigError", message);
}
