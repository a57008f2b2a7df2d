import {
  apiVersionOf,
  type HandledSubresource,
  type ResourceDefinition,
  type StoredSubresource,
} from "@pinnace/apimachinery";
import { definitionNameOfType, typeOfKind } from "./definition-names.ts";
import { queryParameters } from "./openapi-parameters.ts";
import { listDefinitionName, metaDefinition } from "./openapi-schema.ts";

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** One REST operation, before it is written as OpenAPI v2 or v3. */
export interface ApiOperation {
  readonly path: string;
  readonly method: string;
  readonly operationId: string;
  readonly description: string;
  /** `x-kubernetes-action`: get, list, post, put, patch, delete, deletecollection, watch, watchlist, connect. */
  readonly action: string;
  readonly kind: GroupVersionKind;
  readonly tag: string;
  readonly query: readonly string[];
  readonly pathParameters: readonly string[];
  /** Whether the client may ask for indented output. */
  readonly pretty: boolean;
  /** The definition of the body; undefined for none. */
  readonly body?: string;
  readonly bodyRequired: boolean;
  /** The definition of the answer; undefined for text. */
  readonly answer?: string;
  /** Statuses of success. */
  readonly statuses: readonly number[];
}

/** `rbac.authorization.k8s.io`, `v1` is `RbacAuthorizationV1`, the core group `CoreV1`. */
function groupName(group: string, version: string): string {
  const words = (group === "" ? "core" : group.replace(/\.k8s\.io$/, "")).split(/[.-]/);
  return [...words, version].map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

/** `rbacAuthorization_v1`. */
function tagName(group: string, version: string): string {
  const name = groupName(group, "");
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}_${version}`;
}

const idVerbs: Readonly<Record<string, string>> = { get: "read", post: "create", put: "replace" };
const texts: Readonly<Record<string, (kind: string) => string>> = {
  list: (kind) => `list or watch objects of kind ${kind}`,
  get: (kind) => `read the specified ${kind}`,
  post: (kind) => `create a ${kind}`,
  put: (kind) => `replace the specified ${kind}`,
  patch: (kind) => `partially update the specified ${kind}`,
  delete: (kind) => `delete a ${kind}`,
  deletecollection: (kind) => `delete collection of ${kind}`,
  watch: (kind) =>
    `watch changes to an object of kind ${kind}. deprecated: use the 'watch' parameter with a list operation instead, filtered to a single item with the 'fieldSelector' parameter.`,
  watchlist: (kind) =>
    `watch individual changes to a list of ${kind}. deprecated: use the 'watch' parameter with a list operation instead.`,
};

interface Place {
  readonly definition: ResourceDefinition;
  readonly namespaced: boolean;
  readonly path: string;
  readonly item: boolean;
}

interface Shape {
  readonly method: string;
  readonly action: string;
  readonly kind: GroupVersionKind;
  readonly subject: string;
  readonly suffix: string;
  readonly subresource: string;
  readonly body?: string;
  readonly answer?: string;
}

function identifier(place: Place, shape: Shape): string {
  const { group, version } = place.definition;
  const scope = place.namespaced ? "Namespaced" : "";
  if (shape.action === "connect") {
    const method = shape.method.charAt(0).toUpperCase() + shape.method.slice(1);
    return `connect${groupName(group, version)}${method}${scope}${shape.subject}${shape.suffix}`;
  }
  const collection = shape.action === "deletecollection" ? "Collection" : "";
  const verb =
    { deletecollection: "delete", watchlist: "watch" }[shape.action] ?? idVerbs[shape.action] ?? shape.action;
  return `${verb}${groupName(group, version)}${collection}${scope}${shape.subject}${shape.suffix}`;
}

const successes: Readonly<Record<string, readonly number[]>> = {
  post: [200, 201, 202],
  put: [200, 201],
  patch: [200, 201],
  delete: [200, 202],
};

function operation(place: Place, shape: Shape): ApiOperation {
  const { definition } = place;
  const words = shape.suffix === "" ? shape.subject : `${shape.subject}`;
  const describe = texts[shape.action];
  const connect = `connect ${shape.method.toUpperCase()} requests to ${shape.subresource} of ${shape.subject}`;
  return {
    path: place.path,
    method: shape.method,
    operationId: identifier(place, shape),
    description: describe === undefined ? connect : describeSubresource(describe(words), shape),
    action: shape.action,
    kind: shape.kind,
    tag: tagName(definition.group, definition.version),
    query: queryParameters(shape.action, shape.subresource),
    pathParameters: [...(place.item ? ["name"] : []), ...(place.namespaced ? ["namespace"] : [])],
    pretty: shape.action !== "connect",
    ...(shape.body === undefined ? {} : { body: shape.body }),
    bodyRequired: shape.action !== "delete" && shape.action !== "deletecollection",
    ...(shape.answer === undefined ? {} : { answer: shape.answer }),
    statuses: successes[shape.action] ?? [200],
  };
}

function describeSubresource(text: string, shape: Shape): string {
  if (shape.subresource === "") return text;
  return text.replace(/^(read|create a|replace|partially update)( the specified)? .*/, (_, verb: string, which = "") =>
    verb === "create a"
      ? `create ${shape.subresource} of a ${shape.subject}`
      : `${verb} ${shape.subresource} of${which} ${shape.subject}`,
  );
}

function collectionOperations(place: Place, own: { name: string; list: string }): ApiOperation[] {
  const { definition } = place;
  const kind = { group: definition.group, version: definition.version, kind: definition.kind };
  const shape = { kind, subject: definition.kind, suffix: "", subresource: "" };
  const { verbs } = definition;
  const has = (verb: (typeof verbs)[number]): boolean => verbs.includes(verb);
  return [
    ...(has("list") ? [operation(place, { ...shape, method: "get", action: "list", answer: own.list })] : []),
    ...(has("create")
      ? [operation(place, { ...shape, method: "post", action: "post", body: own.name, answer: own.name })]
      : []),
    ...(has("deletecollection")
      ? [
          operation(place, {
            ...shape,
            method: "delete",
            action: "deletecollection",
            body: metaDefinition("DeleteOptions"),
            answer: metaDefinition("Status"),
          }),
        ]
      : []),
  ];
}

/** Upstream answers a DELETE of these with the object, of others with a Status. */
const deletedObjects: ReadonlySet<string> = new Set([
  "pods",
  "podtemplates",
  "persistentvolumeclaims",
  "persistentvolumes",
  "resourcequotas",
  "serviceaccounts",
  "services",
  "storageclasses",
  "csidrivers",
  "csinodes",
  "volumeattachments",
  "volumeattributesclasses",
  "deviceclasses",
  "resourceclaims",
  "resourceclaimtemplates",
  "resourceslices",
  "devicetaintrules",
  "resourcepoolstatusrequests",
]);

function itemOperations(place: Place, name: string): ApiOperation[] {
  const { definition } = place;
  const { group, version, kind, verbs } = definition;
  const shape = { kind: { group, version, kind }, subject: kind, suffix: "", subresource: "" };
  const deleted = deletedObjects.has(definition.resource) ? name : metaDefinition("Status");
  const all = [
    ["get", "get", "get", undefined, name],
    ["update", "put", "put", name, name],
    ["patch", "patch", "patch", metaDefinition("Patch"), name],
    ["delete", "delete", "delete", metaDefinition("DeleteOptions"), deleted],
  ] as const;
  return all
    .filter(([verb]) => verbs.includes(verb))
    .map(([, method, action, body, answer]) =>
      operation(place, { ...shape, method, action, answer, ...(body === undefined ? {} : { body }) }),
    );
}

const suffixes: Readonly<Record<string, string>> = {
  ephemeralcontainers: "Ephemeralcontainers",
  portforward: "Portforward",
};

function suffixOf(subresource: string): string {
  return suffixes[subresource] ?? subresource.charAt(0).toUpperCase() + subresource.slice(1);
}

const connected: Readonly<Record<string, readonly string[]>> = {
  attach: ["get", "post"],
  exec: ["get", "post"],
  portforward: ["get", "post"],
  proxy: ["get", "put", "post", "delete", "options", "head", "patch"],
};

function connectOperations(place: Place, sub: HandledSubresource): ApiOperation[] {
  const shape = { action: "connect", kind: sub.kind, subject: place.definition.kind, subresource: sub.name };
  const at = (path: string, suffix: string): ApiOperation[] =>
    (connected[sub.name] ?? []).map((method) => operation({ ...place, path }, { ...shape, method, suffix }));
  const plain = at(place.path, suffixOf(sub.name));
  if (sub.name !== "proxy") return plain;
  const deeper = at(`${place.path}/{path}`, "ProxyWithPath");
  return [...plain, ...deeper.map((each) => ({ ...each, pathParameters: [...each.pathParameters, "path"] }))];
}

function subresourceOperations(
  place: Place,
  sub: StoredSubresource | HandledSubresource,
  name: string,
): ApiOperation[] {
  if (connected[sub.name] !== undefined && sub.kind !== undefined && "kind" in sub)
    return connectOperations(place, sub as HandledSubresource);
  const { group, version, kind } = place.definition;
  const own = sub.kind ?? { group, version, kind };
  const isOwn = own.kind === kind && own.group === group;
  const definition = isOwn ? name : definitionNameOfType(typeOfKind(own.group, own.version, own.kind));
  const shape = { kind: own, subject: kind, suffix: suffixOf(sub.name), subresource: sub.name };
  const text = sub.name === "log";
  const all = [
    ["get", "get", "get", undefined],
    ["update", "put", "put", definition],
    ["patch", "patch", "patch", metaDefinition("Patch")],
    ["create", "post", "post", definition],
  ] as const;
  return all
    .filter(([verb]) => sub.verbs.includes(verb))
    .map(([, method, action, body]) =>
      operation(place, {
        ...shape,
        method,
        action,
        ...(body === undefined ? {} : { body }),
        ...(text ? {} : { answer: definition }),
      }),
    );
}

function watchOperations(definition: ResourceDefinition, base: string, scope: string): ApiOperation[] {
  if (!definition.verbs.includes("watch")) return [];
  const { group, version, kind, namespaced, resource } = definition;
  const answer = metaDefinition("WatchEvent");
  const shape = { method: "get", kind: { group, version, kind }, subject: kind, subresource: "", answer };
  const place = { definition, namespaced, item: false };
  const root = `${base}/watch`;
  const everywhere = { ...place, namespaced: false, path: `${root}/${resource}` };
  return [
    ...(namespaced ? [operation(everywhere, { ...shape, action: "watchlist", suffix: "ListForAllNamespaces" })] : []),
    operation({ ...place, path: `${root}${scope}/${resource}` }, { ...shape, action: "watchlist", suffix: "List" }),
    operation(
      { ...place, item: true, path: `${root}${scope}/${resource}/{name}` },
      { ...shape, action: "watch", suffix: "" },
    ),
  ];
}

/**
 * The REST operations of a resource. Built-in resources also have the deprecated paths under `/watch/`.
 */
export function operationsOf(definition: ResourceDefinition): readonly ApiOperation[] {
  const { group, version, resource, namespaced, kind, definitionName } = definition;
  const base = group === "" ? `/api/${version}` : `/apis/${apiVersionOf(definition)}`;
  const scope = namespaced ? "/namespaces/{namespace}" : "";
  const own = { name: definitionName, list: listDefinitionName(definitionName) };
  const place: Place = { definition, namespaced, item: false, path: `${base}${scope}/${resource}` };
  const item: Place = { ...place, item: true, path: `${place.path}/{name}` };
  const everywhere: Place = { ...place, namespaced: false, path: `${base}/${resource}` };
  const listEverywhere =
    namespaced && definition.verbs.includes("list")
      ? [
          operation(everywhere, {
            method: "get",
            action: "list",
            kind: { group, version, kind },
            subject: kind,
            suffix: "ForAllNamespaces",
            subresource: "",
            answer: own.list,
          }),
        ]
      : [];
  return [
    ...listEverywhere,
    ...collectionOperations(place, own),
    ...itemOperations(item, own.name),
    ...definition.subresources.flatMap((sub) =>
      subresourceOperations({ ...item, path: `${item.path}/${sub.name}` }, sub, own.name),
    ),
    ...(definitionName.startsWith("io.k8s.") ? watchOperations(definition, base, scope) : []),
  ];
}
