import type { ApiRequest } from "@pinnace/apimachinery";
import type { LogFields, Logger } from "@pinnace/logging";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { deployment, pod, startBuiltIn } from "./built-in.ts";
import type { Harness } from "./harness.ts";
import { body, headers, method, mutated, OBJECTS, path, query, value } from "./malformed.ts";

/** Enough to notice a regression; `FUZZ=20000` looks for new ones. */
const RUNS = Number(process.env.FUZZ ?? 500);

/** What the server did not expect: each is a bug, whatever the client sent. */
const unexpected: string[] = [];
const remember = (message: string, fields: LogFields = {}): void => {
  const { error, ...others } = fields;
  unexpected.push(`${message} ${JSON.stringify(others)} ${error instanceof Error ? error.stack : error}`);
};
const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: remember,
  error: remember,
  child: () => logger,
};

describe("malformed requests", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startBuiltIn({ logger });
    await harness.call("POST", "/api/v1/namespaces/default/pods", pod("a"));
    await harness.call("POST", "/api/v1/namespaces/default/services", {
      metadata: { name: "a" },
      spec: { ports: [{ port: 80 }] },
    });
    await harness.call("POST", "/apis/apps/v1/namespaces/default/deployments", deployment("a", 1));
    await harness.call("POST", "/api/v1/nodes", { metadata: { name: "a" } });
    await harness.call("POST", "/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "a" } });
  });

  const send = async (
    request: Pick<ApiRequest, "method" | "path" | "headers">,
    pairs: [string, string][],
    bytes: Uint8Array | undefined,
  ) => {
    const response = await harness.server.handler({
      ...request,
      query: new URLSearchParams(pairs),
      signal: new AbortController().signal,
      ...(bytes === undefined ? {} : { body: { bytes } }),
    });
    if (response.body.type === "object") response.body.bytes();
    if (response.body.type === "watch") response.body.events.subscribe((event) => void event).unsubscribe();
    return response;
  };

  const write = async (verb: string, route: string, name: string, bytes: Uint8Array): Promise<void> => {
    const types: Record<string, string> = {
      merge: "application/merge-patch+json",
      strategic: "application/strategic-merge-patch+json",
      apply: "application/apply-patch+yaml",
    };
    const type = types[verb];
    const one = `${route}/${name}`;
    if (verb === "create") await send({ method: "POST", path: route, headers: {} }, [], bytes);
    else if (verb === "list") {
      const accept = "application/json;as=Table;g=meta.k8s.io;v=v1";
      await send({ method: "GET", path: route, headers: { accept } }, [], undefined);
      await send({ method: "DELETE", path: one, headers: {} }, [], undefined);
    } else if (type === undefined) {
      const path = verb === "status" ? `${one}/status` : one;
      await send({ method: "PUT", path, headers: {} }, [], bytes);
    } else
      await send({ method: "PATCH", path: one, headers: { "content-type": type } }, [["fieldManager", "m"]], bytes);
  };

  it("are answered, never with a failure of the server's own", async () => {
    await fc.assert(
      fc.asyncProperty(method, path, query, headers, body, async (verb, route, pairs, fields, bytes) => {
        unexpected.length = 0;
        const { status } = await send({ method: verb, path: route, headers: fields }, pairs, bytes);
        expect(status).toBeGreaterThanOrEqual(200);
        expect(unexpected.join("\n")).toBe("");
      }),
      { numRuns: RUNS },
    );
  });

  it("whose objects are wrong in one place are answered likewise", async () => {
    const turns = fc.array(fc.nat(6), { maxLength: 8 });
    const place = fc.constantFrom(...Object.keys(OBJECTS));
    const how = fc.constantFrom("create", "update", "merge", "strategic", "apply", "status", "list");
    await fc.assert(
      fc.asyncProperty(place, turns, value, how, async (route, path, replacement, verb) => {
        unexpected.length = 0;
        const object = mutated(OBJECTS[route], path, replacement);
        const { name } = (OBJECTS[route] as { metadata: { name: string } }).metadata;
        const bytes = new TextEncoder().encode(JSON.stringify(object) ?? "null");
        await write(verb, route, name, bytes);
        expect(unexpected.join("\n")).toBe("");
      }),
      { numRuns: RUNS },
    );
  });
});
