import {
  CONFIG_MAPS,
  type ConfigMap,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  SECRETS,
  SERVICE_ACCOUNTS,
  type Secret,
  type TokenRequest,
} from "@pinnace/api";
import { hasReason, type KubernetesObject, type ResourceType } from "@pinnace/apimachinery";
import type { Client, InformerFactory, Lister } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import type { ObjectSource, TokenRequestSpec } from "@pinnace/storage";

/** Milliseconds for which an object is not asked for again. */
const FRESH = 10_000;
/** Part of a token's life after which a new one is asked for. */
const ROTATE_AT = 0.8;

/** Reads each object by itself and keeps it for ten seconds: all that a node is allowed to do (Node authorizer). */
export function createObjectSource(client: Client, clock: Clock): ObjectSource {
  const cache = new Map<string, { readonly at: number; readonly value: Promise<KubernetesObject | undefined> }>();
  const read = <T extends KubernetesObject>(
    type: ResourceType<T>,
    namespace: string,
    name: string,
  ): Promise<T | undefined> => {
    const key = `${type.resource}/${namespace}/${name}`;
    const known = cache.get(key);
    if (known && clock.now() - known.at < FRESH) return known.value as Promise<T | undefined>;
    const value = getOrUndefined(client, type, namespace, name);
    cache.set(key, { at: clock.now(), value });
    value.then(
      (object) => object ?? cache.delete(key),
      () => cache.delete(key),
    );
    return value;
  };
  return {
    configMap: (namespace, name) => read(CONFIG_MAPS, namespace, name),
    secret: (namespace, name) => read(SECRETS, namespace, name),
    persistentVolumeClaim: (namespace, name) => read(PERSISTENT_VOLUME_CLAIMS, namespace, name),
    persistentVolume: (name) => read(PERSISTENT_VOLUMES, "", name),
    serviceAccountToken: createTokenCache(client, clock),
  };
}

/**
 * Reads ConfigMaps and Secrets from caches that all kubelets of the process share; an object that a cache does not have
 * yet is asked for. The caches start with the first pod that refers to such an object.
 */
export function createSharedObjectSource(client: Client, informers: InformerFactory, clock: Clock): ObjectSource {
  let configMaps: Lister<ConfigMap> | undefined;
  let secrets: Lister<Secret> | undefined;
  return {
    ...createObjectSource(client, clock),
    async configMap(namespace, name) {
      configMaps ??= informers.informer(CONFIG_MAPS).lister;
      return configMaps.get(`${namespace}/${name}`) ?? getOrUndefined(client, CONFIG_MAPS, namespace, name);
    },
    async secret(namespace, name) {
      secrets ??= informers.informer(SECRETS).lister;
      return secrets.get(`${namespace}/${name}`) ?? getOrUndefined(client, SECRETS, namespace, name);
    },
  };
}

async function getOrUndefined<T extends KubernetesObject>(
  client: Client,
  type: ResourceType<T>,
  namespace: string,
  name: string,
): Promise<T | undefined> {
  const resource = client.resource(type);
  try {
    return await (namespace === "" ? resource : resource.namespace(namespace)).get(name);
  } catch (error) {
    if (hasReason(error, "NotFound")) return undefined;
    throw error;
  }
}

/** Bound service account tokens by pod and audience (KEP-1205), renewed before they end. */
function createTokenCache(client: Client, clock: Clock): (request: TokenRequestSpec) => Promise<string> {
  const tokens = new Map<string, { readonly renewAt: number; readonly expiresAt: number; readonly token: string }>();
  return async (request) => {
    const key = `${request.podUid}/${request.serviceAccountName}/${request.audience}/${request.expirationSeconds}`;
    const known = tokens.get(key);
    const now = clock.now();
    if (known && now < known.renewAt) return known.token;
    for (const [other, { expiresAt }] of tokens) if (expiresAt < now) tokens.delete(other);
    const { token, expirationTimestamp } = await requestToken(client, request);
    const expiresAt = expirationTimestamp ? Date.parse(expirationTimestamp) : now + request.expirationSeconds * 1000;
    tokens.set(key, { token, expiresAt, renewAt: now + (expiresAt - now) * ROTATE_AT });
    return token;
  };
}

async function requestToken(
  client: Client,
  { namespace, serviceAccountName, audience, expirationSeconds, podName, podUid }: TokenRequestSpec,
): Promise<{ readonly token: string; readonly expirationTimestamp?: string }> {
  const body = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: {
      audiences: audience === "" ? [] : [audience],
      expirationSeconds,
      boundObjectRef: { apiVersion: "v1", kind: "Pod", name: podName, uid: podUid },
    },
  };
  const answer = await client
    .resource(SERVICE_ACCOUNTS)
    .namespace(namespace)
    .subresource<TokenRequest>(serviceAccountName, "token", { method: "POST", body });
  return { token: answer.status?.token ?? "", ...(answer.status ?? {}) } as { token: string };
}
