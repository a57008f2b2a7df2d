import {
  apiVersionOf,
  type Json,
  type JsonObject,
  parseApiVersion,
  type ResourceDefinition,
} from "@pinnace/apimachinery";
import type { Descriptions } from "./descriptions.ts";
import { isCustomDefinition } from "./openapi-custom.ts";
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
import { referencePrefix } from "./openapi-schema.ts";

const prefix = referencePrefix("v2");
const answered = ["application/json", "application/yaml"];

/** Clients look for these in the operation itself, without following references. */
const inline: ReadonlySet<string> = new Set(["dryRun", "fieldValidation"]);

function writeParameter(parameter: ApiParameter): JsonObject {
  const { name, description, type } = parameter;
  const required = parameter.in === "path" ? { required: true } : {};
  return { uniqueItems: true, type, description, name, in: parameter.in, ...required };
}

function reference(parameter: ApiParameter, shared: Map<string, JsonObject>): JsonObject {
  const key = parameter.in === "path" && parameter.name === "path" ? "path-in-path" : parameter.name;
  if (inline.has(parameter.name)) return writeParameter(parameter);
  if (!shared.has(key)) shared.set(key, writeParameter(parameter));
  return { $ref: `#/parameters/${key}` };
}

function writeOperation(operation: ApiOperation, custom: boolean, shared: Map<string, JsonObject>): JsonObject {
  const { kind, action } = operation;
  const body: JsonObject[] =
    operation.body === undefined
      ? []
      : [
          {
            name: "body",
            in: "body",
            schema: { $ref: prefix + operation.body },
            ...(operation.bodyRequired ? { required: true } : {}),
          },
        ];
  const parameters = [...body, ...operation.query.map((name) => reference(apiParameter(name), shared))];
  const schema = operation.answer === undefined ? { type: "string" } : { $ref: prefix + operation.answer };
  const responses: [string, Json][] = operation.statuses.map((status) => [
    String(status),
    { description: statusTexts[status] ?? "", schema },
  ]);
  return {
    description: operation.description,
    consumes: action === "patch" ? patchTypes(custom) : ["*/*"],
    produces: operation.answer === undefined ? ["*/*"] : answered,
    schemes: ["https"],
    tags: [operation.tag],
    operationId: operation.operationId,
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: Object.fromEntries([...responses, ["401", { description: "Unauthorized" }]]),
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group: kind.group, kind: kind.kind, version: kind.version },
  };
}

function writePath(operations: readonly ApiOperation[], custom: boolean, shared: Map<string, JsonObject>): JsonObject {
  const [first] = operations;
  const parameters = [
    ...(first?.pathParameters ?? []).map((name) => reference(apiParameter(name, "path"), shared)),
    ...(first?.pretty ? [reference(apiParameter("pretty"), shared)] : []),
  ];
  return {
    ...Object.fromEntries(operations.map((each) => [each.method, writeOperation(each, custom, shared)])),
    ...(parameters.length === 0 ? {} : { parameters }),
  };
}

function writeServerPath(path: ServerPath): JsonObject {
  return {
    get: {
      description: path.description,
      consumes: answered,
      produces: path.answer === undefined ? ["application/json"] : answered,
      schemes: ["https"],
      tags: [path.tag],
      operationId: path.operationId,
      responses: {
        200: {
          description: "OK",
          schema: path.answer === undefined ? { type: "string" } : { $ref: prefix + path.answer },
        },
        401: { description: "Unauthorized" },
      },
    },
  };
}

function discoveryPaths(definitions: readonly ResourceDefinition[]): readonly ServerPath[] {
  const groups = new Set(definitions.map((definition) => definition.group).filter((group) => group !== ""));
  const versions = new Set(definitions.map(apiVersionOf));
  return [
    ...serverPaths,
    ...[...groups].map(groupPath),
    ...[...versions].map(parseApiVersion).map(({ group, version }) => groupVersionPath(group, version)),
  ];
}

/**
 * The OpenAPI v2 document of a server with these resources, built-in and custom. See `openApiV3Document` about
 * `descriptions`; `encodeOpenApiV2` makes the protobuf form that older clients ask for.
 */
export function openApiV2Document(definitions: readonly ResourceDefinition[], descriptions?: Descriptions): JsonObject {
  const shared = new Map<string, JsonObject>();
  const paths: Record<string, JsonObject> = {};
  const names = new Set<string>();
  const custom = new Set(definitions.filter(isCustomDefinition).map((each) => `${each.group}/${each.kind}`));
  for (const path of discoveryPaths(definitions)) {
    paths[path.path] = writeServerPath(path);
    if (path.answer !== undefined) names.add(path.answer);
  }
  for (const [path, operations] of operationsByPath(definitions)) {
    const { kind } = operations[0]!;
    paths[path] = writePath(operations, custom.has(`${kind.group}/${kind.kind}`), shared);
    for (const name of operations.flatMap(operationDefinitions)) names.add(name);
  }
  return {
    swagger: "2.0",
    info: openApiInfo,
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    definitions: definitionClosure(names, definitions, "v2", descriptions),
    parameters: Object.fromEntries([...shared].sort(([a], [b]) => (a < b ? -1 : 1))),
    securityDefinitions: {
      BearerToken: { description: "Bearer Token authentication", type: "apiKey", name: "authorization", in: "header" },
    },
    security: [{ BearerToken: [] }],
  };
}
