import { apiVersionOf, type Json, type JsonObject, type ResourceDefinition } from "@pinnace/apimachinery";
import type { Descriptions } from "./descriptions.ts";
import {
  definitionClosure,
  groupPath,
  groupVersionPath,
  openApiInfo,
  operationDefinitions,
  operationsByPath,
  patchTypes,
  type ServerPath,
  serverPaths,
  statusTexts,
} from "./openapi-documents.ts";
import type { ApiOperation } from "./openapi-operations.ts";
import { type ApiParameter, apiParameter } from "./openapi-parameters.ts";
import { metaDefinition, referencePrefix } from "./openapi-schema.ts";

const prefix = referencePrefix("v3");
const answered = ["application/json", "application/yaml"] as const;
const unauthorized: JsonObject = { description: "Unauthorized" };

function writeParameter(parameter: ApiParameter): JsonObject {
  return {
    name: parameter.name,
    in: parameter.in,
    description: parameter.description,
    ...(parameter.in === "path" ? { required: true } : {}),
    schema: { type: parameter.type, uniqueItems: true },
  };
}

function content(types: readonly string[], definition: string | undefined): JsonObject {
  const schema = definition === undefined ? { type: "string" } : { $ref: prefix + definition };
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}

function answerTypes(operation: ApiOperation): readonly string[] {
  if (operation.answer === undefined) return operation.action === "connect" ? ["*/*"] : ["text/plain"];
  const streamed = operation.action === "list" || operation.action.startsWith("watch");
  return streamed ? [...answered, "application/json;stream=watch"] : answered;
}

function writeBody(operation: ApiOperation, custom: boolean): JsonObject {
  if (operation.body === undefined) return {};
  const types = operation.action === "patch" ? patchTypes(custom) : ["*/*"];
  return {
    requestBody: {
      content: content(types, operation.body),
      ...(operation.bodyRequired ? { required: true } : {}),
    },
  };
}

function writeOperation(operation: ApiOperation, custom: boolean): JsonObject {
  const { kind } = operation;
  const responses: [string, Json][] = operation.statuses.map((status) => [
    String(status),
    { description: statusTexts[status] ?? "", content: content(answerTypes(operation), operation.answer) },
  ]);
  return {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.operationId,
    ...(operation.query.length === 0
      ? {}
      : { parameters: operation.query.map((name) => writeParameter(apiParameter(name))) }),
    ...writeBody(operation, custom),
    responses: Object.fromEntries([...responses, ["401", unauthorized]]),
    "x-kubernetes-action": operation.action,
    "x-kubernetes-group-version-kind": { group: kind.group, kind: kind.kind, version: kind.version },
  };
}

function writePath(operations: readonly ApiOperation[], custom: boolean): JsonObject {
  const [first] = operations;
  const shared = [
    ...(first?.pathParameters ?? []).map((name) => apiParameter(name, "path")),
    ...(first?.pretty ? [apiParameter("pretty")] : []),
  ];
  return {
    ...Object.fromEntries(operations.map((operation) => [operation.method, writeOperation(operation, custom)])),
    ...(shared.length === 0 ? {} : { parameters: shared.map(writeParameter) }),
  };
}

function writeServerPath(path: ServerPath): JsonObject {
  const types = path.answer === undefined ? ["application/json"] : answered;
  return {
    get: {
      tags: [path.tag],
      description: path.description,
      operationId: path.operationId,
      responses: { 200: { description: "OK", content: content(types, path.answer) }, 401: unauthorized },
    },
  };
}

function document(paths: Record<string, JsonObject>, schemas: JsonObject): JsonObject {
  return {
    openapi: "3.0.0",
    info: openApiInfo,
    paths,
    components: {
      ...(Object.keys(schemas).length === 0 ? {} : { schemas }),
      securitySchemes: {
        BearerToken: {
          type: "apiKey",
          description: "Bearer Token authentication",
          name: "authorization",
          in: "header",
        },
      },
    },
    security: [{ BearerToken: [] }],
  };
}

/** The key under which `/openapi/v3` lists a group version: `api/v1`, `apis/apps/v1`. */
export function openApiV3Key(type: { readonly group: string; readonly version: string }): string {
  return type.group === "" ? `api/${type.version}` : `apis/${apiVersionOf(type)}`;
}

/**
 * The keys of all documents that a server with these resources lists under `/openapi/v3`: server paths (`api`, `apis`,
 * `version`, ...), groups (`apis/apps`) and group versions (`apis/apps/v1`), in alphabetical order.
 */
export function openApiV3Keys(definitions: readonly ResourceDefinition[]): readonly string[] {
  const keys = new Set(serverPaths.map((each) => each.path.slice(1, -1)));
  for (const definition of definitions) {
    if (definition.group !== "") keys.add(`apis/${definition.group}`);
    keys.add(openApiV3Key(definition));
  }
  return [...keys].sort();
}

function serverDocument(path: ServerPath, descriptions: Descriptions | undefined): JsonObject {
  const names = path.answer === undefined ? [] : [path.answer];
  return document({ [path.path]: writeServerPath(path) }, definitionClosure(names, [], "v3", descriptions));
}

/**
 * The OpenAPI v3 document of one key of {@link openApiV3Keys}; undefined for a key that is not there. `definitions` are
 * all resources of the server, built-in and custom. Without `descriptions` (see `loadDescriptions`) the document says
 * nothing about fields, which is enough for validation and apply but not for `kubectl explain`.
 */
export function openApiV3Document(
  key: string,
  definitions: readonly ResourceDefinition[],
  descriptions?: Descriptions,
): JsonObject | undefined {
  const server = serverPaths.find((each) => each.path === `/${key}/`);
  if (server !== undefined) return serverDocument(server, descriptions);
  const own = definitions.filter((definition) => openApiV3Key(definition) === key);
  const [first] = own;
  if (first === undefined) {
    const inGroup = definitions.find((definition) => key === `apis/${definition.group}`);
    return inGroup === undefined ? undefined : serverDocument(groupPath(inGroup.group), descriptions);
  }
  const discovery = groupVersionPath(first.group, first.version);
  const custom = new Set(own.filter((each) => !each.definitionName.startsWith("io.k8s.")).map((each) => each.kind));
  const paths: Record<string, JsonObject> = { [discovery.path]: writeServerPath(discovery) };
  const names = new Set([metaDefinition("APIResourceList")]);
  for (const [path, operations] of operationsByPath(own)) {
    paths[path] = writePath(operations, custom.has(operations[0]!.kind.kind));
    for (const name of operations.flatMap(operationDefinitions)) names.add(name);
  }
  return document(paths, definitionClosure(names, own, "v3", descriptions, first));
}
