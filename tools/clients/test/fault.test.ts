import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ApiHandler } from "@pinnace/apimachinery";
import { serve } from "@pinnace/apiserver/node";
import { createTestCluster } from "@pinnace/testing";
import { expect, test } from "vitest";
import { createRawClient } from "../src/clients/raw-http.ts";
import { createHttp1 } from "../src/http/http1.ts";
import { runClient } from "../src/run-clients.ts";
import type { Outcomes } from "../src/steps.ts";

const ADMIN = "secret";

/** The scenario over HTTP/1.1 against a cluster in this process, with something between it and the port. */
async function runBehind(between: (handler: ApiHandler) => ApiHandler): Promise<Outcomes> {
  const staticTokens = new Map([[ADMIN, { name: "admin", groups: ["system:masters"] }]]);
  await using cluster = await createTestCluster({ nodes: 2, authentication: { staticTokens } });
  const listener = await serve({ handler: between(cluster.handler), port: 0 });
  const folder = mkdtempSync(join(tmpdir(), "pinnace-clients-"));
  try {
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, kubeconfigFor(listener.url));
    const client = createRawClient("HTTP/1.1", createHttp1);
    return await runClient(client, { kubeconfig, heard: () => undefined });
  } finally {
    rmSync(folder, { recursive: true });
    await listener.close();
  }
}

const kubeconfigFor = (server: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "test", cluster: { server } }],
    users: [{ name: "test", user: { token: ADMIN } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
  });

const failedSteps = (outcomes: Outcomes): string[] =>
  [...outcomes].filter(([, { kind }]) => kind === "failed").map(([step]) => step);

test("nothing fails against the cluster as it is", async () => {
  const outcomes = await runBehind((handler) => handler);
  expect([...outcomes].filter(([, { kind }]) => kind !== "passed")).toEqual([
    ["apply, client side", { kind: "not run", why: "a feature of kubectl" }],
    ["exec", { kind: "not run", why: "needs a protocol upgrade" }],
    ["port-forward", { kind: "not run", why: "needs a protocol upgrade" }],
  ]);
});

/** A wrong status for one path, and the steps that must notice it. */
test.each([
  ["GET", /\/configmaps\/one$/, 203, ["get"]],
  ["GET", /\/pods\/nope$/, 410, ["not found"]],
  ["POST", /\/serviceaccounts\/nobody\/token$/, 200, ["token request", "denied"]],
])("%s %s answering %i fails %j", async (method, path, status, steps) => {
  const outcomes = await runBehind((handler) => async (request) => {
    const response = await handler(request);
    return request.method === method && path.test(request.path) ? { ...response, status } : response;
  });
  expect(failedSteps(outcomes)).toEqual(steps);
});
