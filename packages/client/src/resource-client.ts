import type { KubernetesList, KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import { apiVersionOf } from "@pinnace/apimachinery";
import type {
  ClientIdentity,
  DeleteOptions,
  Patch,
  PatchType,
  ResourceClient,
  Selector,
  WriteOptions,
} from "./client.ts";
import { apiRequest, queryOf, type RequestParts, resourcePath, selectorQuery } from "./request.ts";
import { isStatus, objectOf } from "./response.ts";
import type { Transport } from "./transport.ts";
import { watchResource } from "./watch.ts";

const PATCH_CONTENT_TYPES: Readonly<Record<PatchType, string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
};

/** What a resource client is made of. */
interface ResourceClientParts<T extends KubernetesObject> {
  readonly transport: Transport;
  readonly identity: ClientIdentity;
  readonly type: ResourceType<T>;
  readonly namespace?: string;
}

/** The verbs of one resource over `transport`. */
export function createResourceClient<T extends KubernetesObject>(parts: ResourceClientParts<T>): ResourceClient<T> {
  const { transport, identity, type, namespace } = parts;
  const path = (name?: string, subresource?: string): string => resourcePath(type, namespace, name, subresource);
  const send = async <R>(request: RequestParts): Promise<R> =>
    (await objectOf(await transport.request(apiRequest(identity, request)))) as R;
  const write = (method: string, at: string, object: T, options: WriteOptions | undefined): Promise<T> =>
    send({ method, path: at, query: writeQuery(options), body: withTypeMeta(type, object) });

  return {
    namespace: (name) => createResourceClient({ ...parts, namespace: name }),
    get: (name) => send({ method: "GET", path: path(name) }),
    list: async (options = {}) =>
      withItemTypeMeta(type, await send({ method: "GET", path: path(), query: queryOf({ ...options }) })),
    watch: (options = {}) => watchResource(transport, identity, path(), options),
    create: (object, options) => write("POST", path(), object, options),
    update: (object, options) => write("PUT", path(nameOf(object)), object, options),
    updateStatus: (object, options) => write("PUT", path(nameOf(object), "status"), object, options),
    patch: (name, patch, options = {}) =>
      send({
        method: "PATCH",
        path: path(name, options.subresource),
        query: patchQuery(patch, options, identity),
        contentType: PATCH_CONTENT_TYPES[patch.type],
        body: patch.body,
      }),
    delete: async (name, options) => {
      const answer = await send<T>({ method: "DELETE", path: path(name), ...deleteBody(options) });
      return isStatus(answer) ? undefined : answer;
    },
    deleteCollection: async (options = {}) => {
      await send({ method: "DELETE", path: path(), query: queryOf(selectorQuery(options)), ...deleteBody(options) });
    },
    subresource: (name, subresource, request) =>
      send({ method: request.method, path: path(name, subresource), ...pick(request, "body") }),
  };
}

function nameOf(object: KubernetesObject): string {
  return object.metadata?.name ?? "";
}

function writeQuery(options: WriteOptions = {}): URLSearchParams {
  return queryOf({
    dryRun: options.dryRun ? "All" : undefined,
    fieldManager: options.fieldManager,
    fieldValidation: options.fieldValidation,
  });
}

function patchQuery(
  patch: Patch,
  options: WriteOptions & { readonly force?: boolean },
  identity: ClientIdentity,
): URLSearchParams {
  const query = writeQuery(options);
  if (patch.type !== "apply") return query;
  if (options.fieldManager === undefined) query.set("fieldManager", identity.program);
  if (options.force) query.set("force", "true");
  return query;
}

/** The body of a DELETE; none at all when nothing is asked for. */
function deleteBody(options: (DeleteOptions & Selector) | undefined): { readonly body?: unknown } {
  if (options === undefined) return {};
  const { gracePeriodSeconds, propagationPolicy, preconditions, dryRun } = options;
  return {
    body: {
      kind: "DeleteOptions",
      apiVersion: "v1",
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      ...(preconditions === undefined ? {} : { preconditions }),
      ...(dryRun ? { dryRun: ["All"] } : {}),
    },
  };
}

function withTypeMeta<T extends KubernetesObject>(type: ResourceType<T>, object: T): T {
  if (object.apiVersion !== undefined && object.kind !== undefined) return object;
  return { ...object, apiVersion: apiVersionOf(type), kind: type.kind };
}

/** Items of typed lists come without apiVersion and kind over the wire; callers get them with both. */
function withItemTypeMeta<T extends KubernetesObject>(
  type: ResourceType<T>,
  list: KubernetesList<T>,
): KubernetesList<T> {
  const items = list.items ?? [];
  if (items.every((item) => item.kind !== undefined && item.apiVersion !== undefined)) return { ...list, items };
  const apiVersion = apiVersionOf(type);
  return { ...list, items: items.map((item) => Object.freeze({ apiVersion, kind: type.kind, ...item })) };
}

function pick<O extends object, K extends keyof O>(object: O, key: K): Pick<O, K> | Record<never, never> {
  return object[key] === undefined ? {} : { [key]: object[key] };
}
