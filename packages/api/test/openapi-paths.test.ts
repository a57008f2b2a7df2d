import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ApiOperation, operationsOf } from "../src/openapi-operations.ts";
import { createBuiltInDefinitions } from "../src/registry.ts";
import type { Json } from "./recorded-objects.ts";

const file = join(import.meta.dirname, "../../../../shared/kubernetes/openapi-v2-1.36.json");
const present = existsSync(file);

/** Paths that belong to no resource: discovery, version and what the server adds of its own. */
const withoutResource =
  /^\/(api|apis|version|openid\/v1\/jwks|\.well-known\/openid-configuration)\/$|^\/(api\/v1|apis\/[^/]+(\/[^/]+)?)\/$/;
/** Not offered: the API server's own log files. */
const notOffered = /^\/logs\//;

interface Found {
  readonly id: string;
  readonly action: string;
  readonly kind: string;
  readonly parameters: string;
  readonly body: string;
  readonly answer: string;
  readonly statuses: string;
}

function last(reference: string | undefined): string {
  return reference?.split("/").at(-1) ?? "";
}

function upstreamOperations(): Map<string, Found> {
  const document = JSON.parse(readFileSync(file, "utf8")) as Json;
  const resolve = (parameter: Json): Json =>
    parameter.$ref === undefined ? parameter : document.parameters[last(parameter.$ref)];
  const found = new Map<string, Found>();
  for (const [path, item] of Object.entries(document.paths as Record<string, Json>)) {
    if (withoutResource.test(path) || notOffered.test(path)) continue;
    for (const [method, operation] of Object.entries(item as Record<string, Json>)) {
      if (method === "parameters") continue;
      const parameters: Json[] = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(resolve);
      const gvk = operation["x-kubernetes-group-version-kind"];
      const statuses = Object.keys(operation.responses).filter((status) => status.startsWith("2"));
      const names = parameters.filter((parameter) => parameter.in !== "body").map((each) => `${each.in}:${each.name}`);
      found.set(`${method} ${path}`, {
        id: operation.operationId,
        action: operation["x-kubernetes-action"],
        kind: `${gvk.group}/${gvk.version}/${gvk.kind}`,
        parameters: names.sort().join(" "),
        body: last(parameters.find((parameter) => parameter.in === "body")?.schema.$ref),
        answer: last(operation.responses["200"]?.schema.$ref ?? operation.responses["201"]?.schema.$ref),
        statuses: statuses.join(" "),
      });
    }
  }
  return found;
}

function ownOperation(operation: ApiOperation): Found {
  const { kind } = operation;
  const names = [
    ...operation.query.map((name) => `query:${name}`),
    ...operation.pathParameters.map((name) => `path:${name}`),
    ...(operation.pretty ? ["query:pretty"] : []),
  ];
  return {
    id: operation.operationId,
    action: operation.action,
    kind: `${kind.group}/${kind.version}/${kind.kind}`,
    parameters: names.sort().join(" "),
    body: operation.body ?? "",
    answer: operation.answer ?? "",
    statuses: operation.statuses.join(" "),
  };
}

describe.skipIf(!present)("the REST paths of Kubernetes 1.36, every version served", () => {
  const own = new Map(
    createBuiltInDefinitions({ served: () => true })
      .flatMap(operationsOf)
      .map((operation) => [`${operation.method} ${operation.path}`, ownOperation(operation)]),
  );

  it("are the same, method by method", () => {
    expect(own.size).toBeGreaterThan(600);
    expect([...own.keys()].sort()).toEqual([...upstreamOperations().keys()].sort());
  });

  it("have the same operations, kinds, parameters, bodies and answers", () => {
    const upstream = upstreamOperations();
    const different = [...own].filter(([key, found]) => JSON.stringify(found) !== JSON.stringify(upstream.get(key)));
    expect(different.map(([key, found]) => [key, found])).toEqual(different.map(([key]) => [key, upstream.get(key)]));
  });
});
