import { apiVersionOf, type Draft, type KubernetesObject, parseApiVersion, type ResourceDefinition, thaw } from "@pinnace/apimachinery";
import type { DefinitionRegistry } from "./definition-registry.ts";
import { JSON_OUTPUT } from "./media/negotiation.ts";
import type { ApiServerOptions } from "./options.ts";
import type { ResourceRequest } from "./request-context.ts";
import { createObject } from "./rest/create.ts";
import { complete } from "./rest/decode.ts";
import type { RestContext } from "./rest/rest-context.ts";
import { Warnings } from "./warnings.ts";

const SYSTEM_USER = { name: "system:apiserver", groups: ["system:masters", "system:authenticated"] };
const NAMESPACES = ["default", "kube-system", "kube-public", "kube-node-lease"];

/** Creates what every cluster has and is not there yet. Admission is not asked: there may be nobody to answer yet. */
export async function bootstrap(rest: RestContext, options: ApiServerOptions, serviceIp: string): Promise<void> {
  const withoutAdmission: RestContext = { ...rest, admission: () => [] };
  const objects = [
    ...NAMESPACES.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
    ...priorityClasses(),
    ...(options.address === undefined ? [] : apiService(options.address, serviceIp)),
    ...(options.clientCa === undefined ? [] : [authenticationConfig(options.clientCa)]),
    ...(options.bootstrapObjects ?? []),
  ];
  for (const object of objects) await ensure(withoutAdmission, object);
}

/** Kinds that the server does not serve are passed over: a server may have few. */
async function ensure(rest: RestContext, object: KubernetesObject): Promise<void> {
  const definition = find(rest.registry, object);
  if (definition === undefined) return;
  const { name = "", namespace = "" } = object.metadata ?? {};
  await rest.caches.current();
  const key = definition.namespaced ? `${namespace}/${name}` : name;
  if (rest.caches.cache(definition.storageResource).get(key) !== undefined) return;
  const draft: Draft = { ...thaw(object), kind: definition.kind, apiVersion: apiVersionOf(definition) };
  complete(draft, definition);
  const request: ResourceRequest = {
    request: {
      method: "POST",
      path: "",
      query: new URLSearchParams(),
      headers: {},
      signal: new AbortController().signal,
    },
    info: {
      resourceRequest: true,
      path: "",
      verb: "create",
      group: definition.group,
      version: definition.version,
      namespace,
      resource: definition.resource,
      subresource: "",
      name: "",
      rest: "",
      nameFromSelector: false,
    },
    user: SYSTEM_USER,
    auditId: "",
    warnings: new Warnings(),
    definition,
    output: JSON_OUTPUT,
  };
  await createObject(rest, request, draft, {
    dryRun: false,
    fieldManager: "kube-apiserver",
    fieldValidation: "Ignore",
    force: false,
  });
}

function find(registry: DefinitionRegistry, { apiVersion = "", kind = "" }: KubernetesObject): ResourceDefinition | undefined {
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

const API_LABELS = { component: "apiserver", provider: "kubernetes" };

/** The `kubernetes` Service of namespace default and where it leads. */
function apiService(address: { readonly ip: string; readonly port: number }, serviceIp: string): KubernetesObject[] {
  const { ip, port } = address;
  const metadata = { name: "kubernetes", namespace: "default" };
  const ports = [{ name: "https", port, protocol: "TCP" }];
  const mirrored = { "endpointslice.kubernetes.io/skip-mirror": "true" };
  const objects: Draft[] = [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadata, labels: API_LABELS },
      spec: {
        type: "ClusterIP",
        clusterIP: serviceIp,
        clusterIPs: [serviceIp],
        ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: port }],
        sessionAffinity: "None",
      },
    },
    {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { ...metadata, labels: mirrored },
      subsets: [{ addresses: [{ ip }], ports }],
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { ...metadata, labels: { "kubernetes.io/service-name": "kubernetes" } },
      addressType: ip.includes(":") ? "IPv6" : "IPv4",
      endpoints: [{ addresses: [ip], conditions: { ready: true } }],
      ports,
    },
  ];
  return objects;
}

/** Where extension servers find the CA of client certificates. */
function authenticationConfig(clientCa: string): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "extension-apiserver-authentication", namespace: "kube-system" },
    data: { "client-ca-file": clientCa },
  } as KubernetesObject;
}
