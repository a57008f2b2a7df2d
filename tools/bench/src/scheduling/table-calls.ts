import { EVENTS_V1_EVENTS, PODS, type Pod } from "@pinnace/api";
import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { Client, InformerFactory, ResourceClient } from "@pinnace/client";
import { createRealClock } from "@pinnace/clock";
import { defaultSchedulerPlugins } from "@pinnace/cluster";
import { createPluginRegistry } from "@pinnace/plugin";
import { createScheduler, createSchedulingEvents } from "@pinnace/scheduler";
import { SCHEDULER_API_VERSION, SCHEDULER_PLUGIN_TYPE } from "@pinnace/scheduler-framework";
import { peakBytes } from "../process-usage.ts";
import type { ClusterCalls, SeenPod } from "./cluster-calls.ts";
import { keyIn, ObjectTable } from "./object-table.ts";
import { PRIORITY_CLASS } from "./objects.ts";

type Fields = KubernetesObject & { readonly spec?: object; readonly status?: object };

/** A scheduler alone: objects are in tables, and its requests change them at once. */
export async function tableCalls(): Promise<ClusterCalls> {
  const clock = createRealClock();
  const tables = new Map<string, ObjectTable>();
  const tableOf = (type: Pick<ResourceType, "resource">): ObjectTable => {
    const table = tables.get(type.resource) ?? new ObjectTable(type as ResourceType);
    tables.set(type.resource, table);
    return table;
  };
  const client = { resource: (type: ResourceType) => clientOf(type, tableOf(type)) } as unknown as Client;
  const informers = { informer: tableOf, stop: () => undefined } as unknown as InformerFactory;
  const events = createSchedulingEvents({ client, clock, controller: "default-scheduler" });
  const plugins = createPluginRegistry(defaultSchedulerPlugins, {
    hosts: [{ type: SCHEDULER_PLUGIN_TYPE, apiVersion: SCHEDULER_API_VERSION }],
  });
  const scheduler = createScheduler({ client, informers, clock, events, plugins, random: Math.random });
  await scheduler.start();
  tableOf({ resource: "namespaces" }).put({ metadata: { name: "default" } } as KubernetesObject);
  return {
    call: async (method, path, body) => {
      const { namespace, resource, name } = placeOf(path);
      const table = tableOf({ resource });
      const key = name === undefined ? "" : keyIn(namespace, name);
      if (method === "DELETE") return table.remove(key);
      if (method === "PATCH") return table.put(merged(table.get(key), body));
      if (method === "POST") return table.put(completed(resource, namespace, body as Fields));
      if (name !== undefined) return table.get(key);
      return { metadata: {}, items: namespace === undefined ? table.list() : table.inNamespace(namespace) };
    },
    watchPods: async (onPod) => {
      tableOf(PODS).events.subscribe(({ type, object }) => {
        if (type !== "delete" && (object as Pod).spec?.nodeName) onPod(object as unknown as SeenPod);
      });
    },
    memory: () => peakBytes(process.pid),
    close: () => scheduler.stop(),
  };
}

function placeOf(path: string): { namespace: string | undefined; resource: string; name: string | undefined } {
  const pattern = /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?$/;
  const [, namespace, resource = "", name] = pattern.exec(path.split("?")[0] ?? "") ?? [];
  return { namespace, resource, name };
}

function merged(object: KubernetesObject | undefined, patch: unknown): KubernetesObject {
  const { metadata, spec, status } = patch as Fields;
  const old = object as Fields | undefined;
  return {
    ...old,
    metadata: { ...old?.metadata, ...metadata },
    spec: { ...old?.spec, ...spec },
    status: { ...old?.status, ...status },
  } as KubernetesObject;
}

/** What defaults and admission would add, as far as a scheduler looks at it. */
function completed(resource: string, namespace: string | undefined, object: Fields): KubernetesObject {
  const metadata = namespace === undefined ? object.metadata : { ...object.metadata, namespace };
  if (resource === "nodes") {
    const { capacity } = object.status as { readonly capacity: object };
    return { ...object, status: { ...object.status, allocatable: capacity } } as KubernetesObject;
  }
  if (resource !== "pods") return { ...object, metadata } as KubernetesObject;
  const { priorityClassName } = object.spec as { readonly priorityClassName?: string };
  const tolerations = ["not-ready", "unreachable"].map((condition) => ({
    ...{ key: `node.kubernetes.io/${condition}`, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
  }));
  const priority = priorityClassName === PRIORITY_CLASS ? 10 : 0;
  return {
    ...{ ...object, metadata, status: { phase: "Pending" } },
    spec: { ...object.spec, schedulerName: "default-scheduler", priority, tolerations },
  } as KubernetesObject;
}

/** The requests that a scheduler makes. Events are counted as written and not kept. */
function clientOf(type: ResourceType, table: ObjectTable, namespace?: string): ResourceClient<KubernetesObject> {
  const client = {
    namespace: (name: string) => clientOf(type, table, name),
    create: async (object: KubernetesObject) => (type === EVENTS_V1_EVENTS ? object : table.put(object)),
    patch: async (name: string, { body }: { readonly body: unknown }) => {
      const object = table.get(keyIn(namespace, name));
      return object === undefined ? undefined : table.put(merged(object, body));
    },
    delete: async (name: string) => table.remove(keyIn(namespace, name)),
    subresource: async (name: string, _binding: string, { body }: { readonly body: unknown }) => {
      const { target } = body as { readonly target: { readonly name: string } };
      return table.put(merged(table.get(keyIn(namespace, name)), { spec: { nodeName: target.name } }));
    },
  };
  return client as unknown as ResourceClient<KubernetesObject>;
}
