import type { Json, JsonObject, ResourceDefinition } from "@pinnace/apimachinery";
import type { Descriptions } from "./descriptions.ts";
import { customListSchema, customObjectSchema, isCustomDefinition } from "./openapi-custom.ts";
import { type ApiOperation, operationsOf } from "./openapi-operations.ts";
import {
  builtInDefinition,
  listDefinitionName,
  metaDefinition,
  type OpenApiForm,
  referencePrefix,
} from "./openapi-schema.ts";

/** A path that belongs to the server rather than to a resource. */
export interface ServerPath {
  readonly path: string;
  readonly operationId: string;
  readonly description: string;
  readonly tag: string;
  /** The definition of the answer; undefined for text. */
  readonly answer?: string;
}

/** The documentation of a group version's discovery and of what the server adds: `/version/` and the like. */
export const serverPaths: readonly ServerPath[] = [
  {
    path: "/.well-known/openid-configuration/",
    operationId: "getServiceAccountIssuerOpenIDConfiguration",
    description: "get service account issuer OpenID configuration, also known as the 'OIDC discovery doc'",
    tag: "WellKnown",
  },
  {
    path: "/api/",
    operationId: "getCoreAPIVersions",
    description: "get available API versions",
    tag: "core",
    answer: metaDefinition("APIVersions"),
  },
  {
    path: "/apis/",
    operationId: "getAPIVersions",
    description: "get available API versions",
    tag: "apis",
    answer: metaDefinition("APIGroupList"),
  },
  {
    path: "/openid/v1/jwks/",
    operationId: "getServiceAccountIssuerOpenIDKeyset",
    description: "get service account issuer OpenID JSON Web Key Set (contains public token verification keys)",
    tag: "openid",
  },
  {
    path: "/version/",
    operationId: "getCodeVersion",
    description: "get the version information for this server",
    tag: "version",
    answer: "io.k8s.apimachinery.pkg.version.Info",
  },
];

/** `apps` is `Apps`, `rbac.authorization.k8s.io` is `RbacAuthorization`. */
function capitalisedGroup(group: string): string {
  const words = (group === "" ? "core" : group.replace(/\.k8s\.io$/, "")).split(/[.-]/);
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function uncapitalised(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** The path of a group's discovery: `/apis/apps/`. The core group has none but `/api/`. */
export function groupPath(group: string): ServerPath {
  const name = capitalisedGroup(group);
  return {
    path: `/apis/${group}/`,
    operationId: `get${name}APIGroup`,
    description: "get information of a group",
    tag: uncapitalised(name),
    answer: metaDefinition("APIGroup"),
  };
}

/** The path of a group version's discovery: `/apis/apps/v1/`. */
export function groupVersionPath(group: string, version: string): ServerPath {
  const name = capitalisedGroup(group);
  const suffix = version.charAt(0).toUpperCase() + version.slice(1);
  return {
    path: group === "" ? `/api/${version}/` : `/apis/${group}/${version}/`,
    operationId: `get${name}${suffix}APIResources`,
    description: "get available resources",
    tag: `${uncapitalised(name)}_${version}`,
    answer: metaDefinition("APIResourceList"),
  };
}

function collectReferences(value: Json, prefix: string, found: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === "$ref" && typeof member === "string" && member.startsWith(prefix))
      found.add(member.slice(prefix.length));
    else collectReferences(member, prefix, found);
  }
}

/**
 * The definitions that `names` lead to, references followed, by name in alphabetical order. Names are of built-in
 * definitions or of the custom resources among `definitions`.
 */
export function definitionClosure(
  names: Iterable<string>,
  definitions: readonly ResourceDefinition[],
  form: OpenApiForm,
  descriptions: Descriptions | undefined,
  group?: { group: string; version: string },
): JsonObject {
  const custom = new Map<string, JsonObject>();
  for (const definition of definitions.filter(isCustomDefinition)) {
    custom.set(definition.definitionName, customObjectSchema(definition, form, descriptions));
    custom.set(listDefinitionName(definition.definitionName), customListSchema(definition, form, descriptions));
  }
  const prefix = referencePrefix(form);
  const written = new Map<string, Json>();
  const waiting = new Set(names);
  for (const name of waiting) {
    const schema = custom.get(name) ?? builtInDefinition(name, form, descriptions, group);
    if (schema === undefined) throw new TypeError(`no definition ${name}`);
    written.set(name, schema);
    collectReferences(schema, prefix, waiting);
  }
  return Object.fromEntries([...written].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The definitions that an operation names itself. */
export function operationDefinitions(operation: ApiOperation): readonly string[] {
  return [operation.body, operation.answer].filter((name) => name !== undefined);
}

/** Operations of all resources by path, in alphabetical order of paths. */
export function operationsByPath(definitions: readonly ResourceDefinition[]): Map<string, ApiOperation[]> {
  const paths = new Map<string, ApiOperation[]>();
  for (const operation of definitions.flatMap(operationsOf)) {
    const own = paths.get(operation.path) ?? [];
    paths.set(operation.path, own);
    own.push(operation);
  }
  return new Map([...paths].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The media types of patches that a resource takes. */
export function patchTypes(custom: boolean): readonly string[] {
  const types = ["application/json-patch+json", "application/merge-patch+json"];
  return [...types, ...(custom ? [] : ["application/strategic-merge-patch+json"]), "application/apply-patch+yaml"];
}

export const statusTexts: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
};

/** The version that documents state. */
export const openApiInfo: JsonObject = { title: "Kubernetes", version: "1.36" };
