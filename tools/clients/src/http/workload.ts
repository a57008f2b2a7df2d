import { eventually, expectEqual, expectMatch } from "@pinnace-tools/e2e";
import { deniedText, pagedConfigMap, WEB } from "../clients/manifests.ts";
import type { RawStep } from "./objects.ts";
import { type RawObject, type RawSession, withQuery } from "./session.ts";

const JSON_TYPE = { "content-type": "application/json" };

const get = (path: string): { method: string; path: string } => ({ method: "GET", path });

function running({ json, core }: RawSession, count: number): Promise<readonly RawObject[]> {
  return eventually(async () => {
    const { items = [] } = await json(200, get(withQuery(core("pods"), { labelSelector: "app=web" })));
    expectEqual(
      items.map(({ status }) => status?.phase),
      Array.from({ length: count }, () => "Running"),
      "phases",
    );
    return items;
  }, 20_000);
}

async function scale(session: RawSession): Promise<void> {
  const { create, apps, json } = session;
  await create(apps("deployments"), WEB);
  await running(session, 1);
  const path = apps("deployments/web/scale");
  // The Deployment's status changes under our hands: read and write until nothing came between.
  await eventually(async () => {
    const current = await json(200, get(path));
    const body = JSON.stringify({ ...current, spec: { replicas: 2 } });
    await json(200, { method: "PUT", path, headers: JSON_TYPE, body });
  }, 10_000);
  await running(session, 2);
}

async function logs(session: RawSession): Promise<void> {
  const [pod] = await running(session, 2);
  const path = withQuery(session.core(`pods/${pod?.metadata?.name}/log`), { tailLines: "1", timestamps: "true" });
  await eventually(async () => {
    const { headers, body } = await session.expect(200, get(path));
    expectEqual(headers["content-type"], "text/plain", "content type");
    expectMatch(body, /^\d{4}-\d\d-\d\dT\S+Z /);
  }, 10_000);
}

async function deleteWithPropagation({ json, expect, apps }: RawSession): Promise<void> {
  const path = apps("deployments/web");
  const body = JSON.stringify({ kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Foreground" });
  await json(200, { method: "DELETE", path, headers: JSON_TYPE, body });
  await eventually(async () => void (await expect(404, get(path))), 20_000);
  const { items } = await json(200, get(apps("replicasets")));
  expectEqual(items?.length, 0, "replica sets that outlive their deployment");
}

async function notFound({ json, core, expect }: RawSession): Promise<void> {
  const answer = await json(404, get(core("pods/nope")));
  expectEqual(answer.message, 'pods "nope" not found', "message");
  expectEqual(answer.reason, "NotFound", "reason");
  expectMatch((await expect(404, get("/apis/nope.example/v1/things"))).body, /^404 page not found/);
}

async function conflict({ json, core }: RawSession): Promise<void> {
  const body = JSON.stringify(pagedConfigMap("one"));
  const twice = await json(409, { method: "POST", path: core("configmaps"), headers: JSON_TYPE, body });
  expectEqual(twice.message, 'configmaps "one" already exists', "message");
  const path = core("configmaps/two");
  const stale = await json(200, get(path));
  const put = (value: string, status: number): Promise<RawObject> =>
    json(status, { method: "PUT", path, headers: JSON_TYPE, body: JSON.stringify({ ...stale, data: { a: value } }) });
  await put("2", 200);
  const { message = "" } = await put("3", 409);
  expectMatch(message, /^Operation cannot be fulfilled on configmaps "two": the object has been modified;/, "message");
}

async function requestToken({ create, core }: RawSession): Promise<string> {
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 600 } };
  const { status } = await create(core("serviceaccounts/nobody/token"), body);
  return status?.token ?? "";
}

async function tokenRequest(session: RawSession): Promise<void> {
  const { create, core, namespace, json } = session;
  await create(core("serviceaccounts"), { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "nobody" } });
  const body = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" });
  const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
  const token = await requestToken(session);
  const review = await json(201, { method: "POST", path, headers: JSON_TYPE, body, token });
  expectMatch(JSON.stringify(review.status), new RegExp(`"username":"system:serviceaccount:${namespace}:nobody"`));
}

async function denied(session: RawSession): Promise<void> {
  const { json, core, namespace } = session;
  const refused = await json(403, { ...get(core("secrets")), token: await requestToken(session) });
  expectEqual(refused.message, deniedText(namespace), "message");
  const unknown = await json(401, { ...get(core("secrets")), token: "wrong" });
  expectEqual(unknown.message, "Unauthorized", "message");
}

export const WORKLOAD_STEPS: readonly RawStep[] = [
  ["scale", scale],
  ["logs", logs],
  ["delete with propagation", deleteWithPropagation],
  ["not found", notFound],
  ["conflict", conflict],
  ["token request", tokenRequest],
  ["denied", denied],
];
