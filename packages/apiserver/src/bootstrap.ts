import {
  type Draft,
  deepFreeze,
  formatTime,
  type KubernetesObject,
  parseApiVersion,
  type ResourceDefinition,
} from "@pinnace/apimachinery";
import { CodedError } from "@pinnace/errors";
import type { Mutation } from "@pinnace/store";
import { apiServiceObjects } from "./api-service.ts";
import type { DefinitionRegistry } from "./definition-registry.ts";
import { localApiServices } from "./discovery/api-services.ts";
import { mandatoryFlowControl } from "./flow-control.ts";
import { type ApiServerOptions, SERVICE_CIDR } from "./options.ts";
import { initMetadata } from "./rest/create.ts";
import type { RestContext } from "./rest/rest-context.ts";
import { systemObject } from "./rest/system-object.ts";
import { storageKey } from "./storage/keys.ts";
import { storedValue } from "./storage/object-value.ts";

/** Another server may create the same objects at the same time; each attempt leaves fewer. */
const ATTEMPTS = 10;
/** With what goes with them these stay within the mutations that every store takes at once. */
const TOGETHER = 60;

/** The same in all clusters, the time apart. */
const ALIKE: readonly KubernetesObject[] = deepFreeze([
  ...["default", "kube-system", "kube-public", "kube-node-lease"].map((name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
  })),
  ...priorityClasses(),
]);

/**
 * Creates what every cluster has and is not there yet. The objects are the composition's own, so that neither admission
 * nor validation is asked; kinds that the server does not serve are passed over.
 */
export async function bootstrap(rest: RestContext, options: ApiServerOptions, serviceIp: string): Promise<void> {
  const objects = [
    ...ALIKE,
    ...mandatoryFlowControl(formatTime(rest.clock.now())),
    ...localApiServices(rest.registry),
    serviceCidr(options.serviceCidr ?? SERVICE_CIDR),
    ...(options.address === undefined ? [] : apiServiceObjects([options.address], serviceIp)),
    ...(options.clientCa === undefined ? [] : [authenticationConfig(options.clientCa, options.frontProxyCa)]),
    ...(options.bootstrapObjects ?? []),
  ];
  await createMissing(rest, objects);
}

/** Creates those of the objects that are not there, many at once. */
export async function createMissing(rest: RestContext, objects: readonly KubernetesObject[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await rest.caches.current();
    const missing = (await Promise.all(objects.map((object) => prepare(rest, object)))).filter(
      (each) => each !== undefined,
    );
    if (missing.length === 0) return;
    const revision = await commitAll(rest, missing);
    if (revision !== undefined) return rest.caches.reached(revision);
    if (attempt === ATTEMPTS)
      throw new CodedError("BOOTSTRAP_FAILED", "the objects of every cluster could not be created");
  }
}

/** The last revision; undefined when another writer was faster. */
async function commitAll(rest: RestContext, creations: readonly Creation[]): Promise<number | undefined> {
  let revision = 0;
  for (let from = 0; from < creations.length; from += TOGETHER) {
    const part = creations.slice(from, from + TOGETHER);
    const commit = await rest.store.commit({
      when: part.map(({ own }) => ({ key: own.key, modRevision: 0 })),
      then: part.flatMap(({ own, reserved }) => [own, ...reserved]),
    });
    if (!commit.succeeded) return undefined;
    revision = commit.revision;
  }
  return revision;
}

interface Creation {
  readonly own: Mutation;
  /** What goes with it, such as the IPAddress of a Service. */
  readonly reserved: readonly Mutation[];
}

/** The writes of an object that is not there yet. */
async function prepare(rest: RestContext, object: KubernetesObject): Promise<Creation | undefined> {
  const definition = find(rest.registry, object);
  if (definition === undefined) return undefined;
  const { name = "", namespace = "" } = object.metadata ?? {};
  const cacheKey = definition.namespaced ? `${namespace}/${name}` : name;
  if (rest.caches.cache(definition.storageResource).get(cacheKey) !== undefined) return undefined;
  const known = finished.get(object);
  const key = storageKey(definition, namespace, name);
  if (known?.definition === definition)
    return { own: { type: "put", key, value: storedValue(copyOf(rest, known.object, definition)) }, reserved: [] };
  const { draft, reservation } = await systemObject(rest, object, definition);
  const { status }: Draft = object;
  if (status !== undefined) draft.status = status;
  const value = storedValue(draft);
  if (Object.isFrozen(object)) finished.set(object, { definition, object: value.object });
  return { own: { type: "put", key, value }, reserved: reservation?.then ?? [] };
}

/** What became of frozen objects, such as the roles, which all servers of a process share. */
const finished = new WeakMap<
  KubernetesObject,
  { readonly definition: ResourceDefinition; readonly object: KubernetesObject }
>();

/** The same object for another server: all but its identity is shared. */
function copyOf(rest: RestContext, known: KubernetesObject, { strategy }: ResourceDefinition): Draft {
  const draft: Draft = { ...known, metadata: { ...known.metadata } };
  initMetadata(rest, draft, strategy);
  if (strategy.generation) draft.metadata.generation = 1;
  return draft;
}

function find(
  registry: DefinitionRegistry,
  { apiVersion = "", kind = "" }: KubernetesObject,
): ResourceDefinition | undefined {
  const { group, version } = parseApiVersion(apiVersion);
  return registry.findKind(group, version, kind);
}

function priorityClasses(): KubernetesObject[] {
  const make = (name: string, value: number, description: string): KubernetesObject =>
    ({
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name },
      value,
      globalDefault: false,
      description,
      preemptionPolicy: "PreemptLowerPriority",
    }) as KubernetesObject;
  return [
    make(
      "system-node-critical",
      2_000_001_000,
      "Used for system critical pods that must not be moved from their current node.",
    ),
    make(
      "system-cluster-critical",
      2_000_000_000,
      "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
  ];
}

/** The range that Services get their addresses from, for those who look it up. */
function serviceCidr(range: string): KubernetesObject {
  const object: Draft = {
    apiVersion: "networking.k8s.io/v1",
    kind: "ServiceCIDR",
    metadata: { name: "kubernetes", finalizers: ["networking.k8s.io/service-cidr-finalizer"] },
    spec: { cidrs: [range] },
  };
  return object;
}

/** Where extension servers find the CA of client certificates. */
function authenticationConfig(clientCa: string, frontProxyCa: string | undefined): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "extension-apiserver-authentication", namespace: "kube-system" },
    data: { "client-ca-file": clientCa, ...(frontProxyCa === undefined ? {} : frontProxyConfig(frontProxyCa)) },
  } as KubernetesObject;
}

/** How extension servers tell who asks through the front proxy. */
function frontProxyConfig(ca: string): Record<string, string> {
  return {
    "requestheader-allowed-names": '["front-proxy-client"]',
    "requestheader-client-ca-file": ca,
    "requestheader-extra-headers-prefix": '["X-Remote-Extra-"]',
    "requestheader-group-headers": '["X-Remote-Group"]',
    "requestheader-uid-headers": '["X-Remote-Uid"]',
    "requestheader-username-headers": '["X-Remote-User"]',
  };
}
