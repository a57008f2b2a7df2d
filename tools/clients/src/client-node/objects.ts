import {
  type KubernetesObject,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
  Watch,
} from "@kubernetes/client-node";
import { expectEqual, expectMatch } from "@pinnace-tools/e2e";
import { pagedConfigMap } from "../clients/manifests.ts";
import { expectStatus } from "./refusals.ts";
import type { NodeSession, NodeStep } from "./session.ts";

async function discover({ version, core, apps, objects }: NodeSession): Promise<void> {
  expectMatch((await version.getCode()).gitVersion, /^v1\.36\.3/);
  const names = (await core.getAPIResources()).resources.map(({ name }) => name);
  for (const name of ["pods", "pods/exec", "serviceaccounts/token"]) {
    if (!names.includes(name)) throw new Error(`${name} is not discovered`);
  }
  expectEqual((await apps.getAPIResources()).groupVersion, "apps/v1", "group and version");
  await objects.list("v1", "Node");
}

async function create({ core, objects, namespace }: NodeSession): Promise<void> {
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  for (const name of ["one", "two"]) {
    const made = await core.createNamespacedConfigMap({ namespace, body: pagedConfigMap(name) });
    if (!(made.metadata?.creationTimestamp instanceof Date)) throw new Error("creationTimestamp is no date");
  }
  const third = pagedConfigMap("three");
  await objects.create<V1ConfigMap>({ ...third, metadata: { ...third.metadata, namespace } });
}

async function applyServerSide({ objects, namespace }: NodeSession): Promise<void> {
  const apply = (manager: string, a: string, force?: boolean): Promise<KubernetesObject> => {
    const wanted: V1ConfigMap = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "applied", namespace },
      data: { a },
    };
    return objects.patch(wanted, undefined, undefined, manager, force, PatchStrategy.ServerSideApply);
  };
  await apply("first", "1");
  await expectStatus(apply("second", "2"), 409, 'Apply failed with 1 conflict: conflict with "first": .data.a');
  await apply("second", "2", true);
}

async function get({ core, objects, namespace }: NodeSession): Promise<void> {
  const typed = await core.readNamespacedConfigMap({ name: "one", namespace });
  expectEqual(typed.data, { a: "1" }, "data");
  const same = await objects.read<V1ConfigMap>({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "one", namespace },
  });
  expectEqual(same.metadata?.uid, typed.metadata?.uid, "uid");
}

async function listBySelectors({ core, namespace }: NodeSession): Promise<void> {
  const cases: readonly (readonly [Record<string, string>, number])[] = [
    [{ labelSelector: "group=paged,name!=one" }, 2],
    [{ labelSelector: "name in (one,two)" }, 2],
    [{ fieldSelector: "metadata.name=two" }, 1],
  ];
  for (const [query, count] of cases) {
    const { items } = await core.listNamespacedConfigMap({ namespace, ...query });
    expectEqual(items.length, count, JSON.stringify(query));
  }
}

async function listByPages({ core, namespace }: NodeSession): Promise<void> {
  const query = { namespace, labelSelector: "group=paged", limit: 2 };
  const first = await core.listNamespacedConfigMap(query);
  const rest = await core.listNamespacedConfigMap({ ...query, _continue: first.metadata?._continue ?? "" });
  expectEqual([first.items.length, rest.items.length], [2, 1], "items of the pages");
}

async function watch({ config, core, namespace }: NodeSession): Promise<void> {
  const { metadata } = await core.listNamespacedConfigMap({ namespace });
  const query = { resourceVersion: metadata?.resourceVersion, fieldSelector: "metadata.name=seen", timeoutSeconds: 15 };
  const seen: string[] = [];
  const ended = Promise.withResolvers<void>();
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const watching = await new Watch(config).watch(
    path,
    query,
    (phase) => {
      seen.push(phase);
      if (seen.length === 3) ended.resolve();
    },
    (error: unknown) => (error ? ended.reject(error) : ended.resolve()),
  );
  await core.createNamespacedConfigMap({ namespace, body: pagedConfigMap("seen") });
  await core.replaceNamespacedConfigMap({ name: "seen", namespace, body: { metadata: { name: "seen" } } });
  await core.deleteNamespacedConfigMap({ name: "seen", namespace });
  await ended.promise;
  watching.abort();
  expectEqual(seen, ["ADDED", "MODIFIED", "DELETED"], "events");
}

async function informer({ config, core, namespace }: NodeSession): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const cached = makeInformer(config, path, () => core.listNamespacedConfigMap({ namespace }));
  const added = Promise.withResolvers<void>();
  cached.on("add", ({ metadata }) => {
    if (metadata?.name === "one") added.resolve();
  });
  cached.on("error", added.reject);
  await cached.start();
  await added.promise;
  expectEqual(cached.get("one", namespace)?.data?.a, "1", "cached data");
  await cached.stop();
}

const patchStep =
  (strategy: PatchStrategy, body: unknown, key: string) =>
  async ({ core, namespace }: NodeSession): Promise<void> => {
    const options = setHeaderOptions("Content-Type", strategy);
    const { data } = await core.patchNamespacedConfigMap({ name: "one", namespace, body }, options);
    expectEqual(data?.[key], "1", "patched value");
  };

export const OBJECT_STEPS: readonly NodeStep[] = [
  ["discover", discover],
  ["create", create],
  ["apply, server side", applyServerSide],
  ["get", get],
  ["list by selectors", listBySelectors],
  ["list by pages", listByPages],
  ["watch", watch],
  ["informer", informer],
  ["patch, JSON", patchStep(PatchStrategy.JsonPatch, [{ op: "add", path: "/data/json", value: "1" }], "json")],
  ["patch, merge", patchStep(PatchStrategy.MergePatch, { data: { merge: "1" } }, "merge")],
  ["patch, strategic", patchStep(PatchStrategy.StrategicMergePatch, { data: { strategic: "1" } }, "strategic")],
];
