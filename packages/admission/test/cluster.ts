import {
  type Draft,
  deepFreeze,
  type KubernetesObject,
  notFound,
  type ResourceDefinition,
  type ResourceType,
} from "@pinnace/apimachinery";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { Subject } from "rxjs";
import type { AdmissionComponents, AdmissionPlugin, AdmissionRequest, ServerView } from "../src/index.ts";

type Objects = Readonly<Record<string, readonly Draft[]>>;

interface Cluster {
  readonly components: AdmissionComponents;
  readonly events: Subject<Draft>;
  readonly clock: VirtualClock;
}

/** Components over fixed objects, by plural. What is in `live` only is not in the caches yet. */
export function cluster(cached: Objects = {}, live: Objects = {}): Cluster {
  const events = new Subject<Draft>();
  const clock = createVirtualClock();
  const inNamespace = (objects: readonly Draft[], namespace?: string) =>
    namespace === undefined ? objects : objects.filter(({ metadata }) => metadata.namespace === namespace);
  const all = (type: ResourceType) => [...(cached[type.resource] ?? []), ...(live[type.resource] ?? [])];
  const resource = (type: ResourceType, namespace?: string): Draft => ({
    namespace: (name: string) => resource(type, name),
    list: async () => ({ items: inNamespace(all(type), namespace) }),
    get: async (name: string) => {
      const found = inNamespace(all(type), namespace).findLast(({ metadata }) => metadata.name === name);
      if (found === undefined) throw notFound(type.group, type.resource, name);
      return deepFreeze(found);
    },
  });
  const informer = (type: ResourceType): Draft => ({
    type,
    synced: true,
    events,
    lister: {
      get: (key: string) =>
        (cached[type.resource] ?? []).find(
          ({ metadata }) => key === (metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name),
        ),
      list: () => cached[type.resource] ?? [],
      inNamespace: (namespace: string) => inNamespace(cached[type.resource] ?? [], namespace),
    },
  });
  const components: AdmissionComponents = {
    client: () => ({ resource: (type: ResourceType) => resource(type), raw: undefined }) as Draft,
    informers: () => ({ informer, stop: () => undefined }),
    clock,
    random: () => 0,
    authorizer: { authorize: async () => ({ decision: "allow", reason: "" }) } as Draft,
    escalationCheck: { checkRole: async () => undefined, checkBinding: async () => undefined },
  };
  return { components, events, clock };
}

/** A server that serves nothing. */
const NO_SERVER: ServerView = {
  find: () => undefined,
  findKind: () => undefined,
  versionsOf: () => [],
  objects: () => ({ size: 0, get: () => undefined, list: () => [] }),
  complete: () => undefined,
  convert: async (object) => object,
};

/** A request to `resource` (`pods`, `pods/binding`, `ingresses.networking.k8s.io`). */
export function request(
  target: string,
  part: Partial<AdmissionRequest> = {},
): AdmissionRequest & { warnings: string[] } {
  const [qualified = "", subresource = ""] = target.split("/");
  const dot = qualified.indexOf(".");
  const warnings: string[] = [];
  const definition = {
    group: dot < 0 ? "" : qualified.slice(dot + 1),
    resource: dot < 0 ? qualified : qualified.slice(0, dot),
  };
  const object = part.object ?? (part.oldObject as Draft);
  return {
    operation: "CREATE",
    definition: definition as ResourceDefinition,
    subresource,
    namespace: object?.metadata?.namespace ?? "",
    name: object?.metadata?.name ?? "",
    object: undefined,
    oldObject: undefined,
    options: {},
    user: { name: "jane", groups: [] },
    dryRun: false,
    kind: { group: "", version: "v1", kind: "" },
    server: NO_SERVER,
    warn: (text) => void warnings.push(text),
    annotate: () => undefined,
    warnings,
    ...part,
  };
}

export const meta = (name: string, namespace?: string): KubernetesObject & { metadata: Draft } => ({
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});

/** A pod in namespace `ns` with one container `c`. */
export function pod(spec: Draft = {}, metadata: Draft = {}): Draft {
  return {
    metadata: { name: "p", namespace: "ns", ...metadata },
    spec: { containers: [{ name: "c", image: "img" }], ...spec },
  };
}

/** Runs both phases when the plugin cares about the request; returns the object. */
export async function admit(plugin: AdmissionPlugin, asked: AdmissionRequest): Promise<Draft> {
  if (plugin.handles?.(asked) ?? true) {
    await plugin.mutate?.(asked);
    await plugin.validate?.(asked);
  }
  return asked.object;
}
