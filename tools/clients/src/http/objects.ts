import { expectEqual, expectMatch } from "@pinnace-tools/e2e";
import { pagedConfigMap } from "../clients/manifests.ts";
import type { CommonStep } from "../steps.ts";
import { type RawSession, withQuery } from "./session.ts";

export type RawStep = readonly [CommonStep, (session: RawSession) => Promise<void>];

const get = (path: string): { method: string; path: string } => ({ method: "GET", path });

async function discover({ json, expect }: RawSession): Promise<void> {
  expectMatch((await expect(200, get("/version"))).body, /"gitVersion": ?"v1\.36\.3/);
  const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
  const groups = await expect(200, { ...get("/apis"), headers: { accept: aggregated } });
  expectMatch(groups.body, /"kind":"APIGroupDiscoveryList"/);
  expectEqual((await json(200, get("/apis/apps/v1"))).kind, "APIResourceList", "kind");
  expectMatch((await expect(200, get("/openapi/v3"))).body, /"apis\/apps\/v1"/);
  expectMatch((await expect(200, get("/readyz"))).body, /^ok$/);
}

async function create({ create, core, namespace }: RawSession): Promise<void> {
  await create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  for (const name of ["one", "two", "three"]) {
    const made = await create(core("configmaps"), pagedConfigMap(name));
    expectMatch(made.metadata?.uid ?? "", /^[0-9a-f-]{36}$/, "uid");
    expectMatch(made.metadata?.resourceVersion ?? "", /^\d+$/, "resourceVersion");
  }
}

const APPLY = "application/apply-patch+yaml";

async function applyServerSide({ patch, core }: RawSession): Promise<void> {
  const path = core("configmaps/applied");
  const wanted = (a: string): unknown => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "applied" },
    data: { a },
  });
  await patch(withQuery(path, { fieldManager: "first" }), APPLY, wanted("1"), 201);
  const conflict = await patch(withQuery(path, { fieldManager: "second" }), APPLY, wanted("2"), 409);
  expectMatch(conflict.message ?? "", /^Apply failed with 1 conflict: conflict with "first": \.data\.a$/, "message");
  const forced = await patch(withQuery(path, { fieldManager: "second", force: "true" }), APPLY, wanted("2"));
  expectEqual(forced.data, { a: "2" }, "data");
}

async function read({ json, core, expect }: RawSession): Promise<void> {
  expectEqual((await json(200, get(core("configmaps/one")))).data, { a: "1" }, "data");
  const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
  const table = await json(200, { ...get(core("configmaps/one")), headers: { accept } });
  expectEqual(table.kind, "Table", "kind");
  const yaml = await expect(200, { ...get(core("configmaps/one")), headers: { accept: "application/yaml" } });
  expectMatch(yaml.body, /^kind: ConfigMap$/m);
  const zipped = await expect(200, { ...get("/openapi/v2"), headers: { "accept-encoding": "identity" } });
  expectMatch(zipped.body, /^\{"swagger": ?"2\.0"/);
}

async function listBySelectors({ json, core }: RawSession): Promise<void> {
  const cases: readonly (readonly [Record<string, string>, number])[] = [
    [{ labelSelector: "group=paged" }, 3],
    [{ labelSelector: "group=paged,name!=one" }, 2],
    [{ labelSelector: "name in (one,two)" }, 2],
    [{ labelSelector: "group,!absent" }, 3],
    [{ fieldSelector: "metadata.name=two" }, 1],
  ];
  for (const [query, count] of cases) {
    const { items } = await json(200, get(withQuery(core("configmaps"), query)));
    expectEqual(items?.length, count, JSON.stringify(query));
  }
}

async function listByPages({ json, core }: RawSession): Promise<void> {
  const query = { labelSelector: "group=paged", limit: "2" };
  const first = await json(200, get(withQuery(core("configmaps"), query)));
  expectEqual(first.items?.length, 2, "items of the first page");
  const rest = { ...query, continue: first.metadata?.continue ?? "" };
  const second = await json(200, get(withQuery(core("configmaps"), rest)));
  expectEqual(second.items?.length, 1, "items of the second page");
  expectEqual(second.metadata?.continue, undefined, "continue of the last page");
}

interface WatchEvent {
  readonly type: string;
}

async function watch({ json, create, expect, core, transport, patch }: RawSession): Promise<void> {
  const { metadata } = await json(200, get(core("configmaps")));
  const query = {
    watch: "true",
    resourceVersion: metadata?.resourceVersion ?? "",
    fieldSelector: "metadata.name=seen",
    timeoutSeconds: "20",
  };
  const path = core("configmaps/seen");
  await create(core("configmaps"), { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "seen" } });
  await patch(path, "application/merge-patch+json", { data: { a: "2" } });
  await expect(200, { method: "DELETE", path });
  const types: string[] = [];
  for await (const line of transport.lines(get(withQuery(core("configmaps"), query)))) {
    types.push((JSON.parse(line) as WatchEvent).type);
    if (types.length === 3) break;
  }
  expectEqual(types, ["ADDED", "MODIFIED", "DELETED"], "events");
}

const patchStep =
  (type: string, body: unknown, key: string) =>
  async ({ patch, core }: RawSession): Promise<void> => {
    const { data } = await patch(core("configmaps/one"), type, body);
    expectEqual([data?.a, data?.[key]], ["1", "1"], "data");
  };

export const OBJECT_STEPS: readonly RawStep[] = [
  ["discover", discover],
  ["create", create],
  ["apply, server side", applyServerSide],
  ["get", read],
  ["list by selectors", listBySelectors],
  ["list by pages", listByPages],
  ["watch", watch],
  ["patch, JSON", patchStep("application/json-patch+json", [{ op: "add", path: "/data/json", value: "1" }], "json")],
  ["patch, merge", patchStep("application/merge-patch+json", { data: { merge: "1" } }, "merge")],
  ["patch, strategic", patchStep("application/strategic-merge-patch+json", { data: { strategic: "1" } }, "strategic")],
];
