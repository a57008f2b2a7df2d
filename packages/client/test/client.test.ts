import {
  type ApiRequest,
  type ApiResponse,
  type KubernetesObject,
  type ResourceType,
  StatusError,
} from "@pinnace/apimachinery";
import { type Client, createClient, discover, retryOnConflict } from "@pinnace/client";
import { httpTransportOptions } from "@pinnace/client/node";
import { beforeEach, describe, expect, it } from "vitest";

const DEPLOYMENTS: ResourceType = {
  group: "apps",
  version: "v1",
  resource: "deployments",
  kind: "Deployment",
  namespaced: true,
};
const NODES: ResourceType = { group: "", version: "v1", resource: "nodes", kind: "Node", namespaced: false };

let requests: ApiRequest[];
let answer: unknown;
let status: number;
let client: Client;

beforeEach(() => {
  requests = [];
  answer = { kind: "Deployment", apiVersion: "apps/v1", metadata: { name: "web" } };
  status = 200;
  const request = async (sent: ApiRequest): Promise<ApiResponse> => {
    requests.push(sent);
    return { status, headers: {}, body: { type: "object", object: answer, bytes: () => new Uint8Array() } };
  };
  const user = { name: "me", groups: [] };
  client = createClient({ request, close: async () => undefined }, { program: "kube-test", user });
});

function sent(): readonly unknown[] {
  const { method, path, query, headers, body } = requests[0]!;
  const url = query.size === 0 ? path : `${path}?${query}`;
  return [method, url, headers["content-type"], body !== undefined && "object" in body ? body.object : undefined];
}

const deployments = () => client.resource(DEPLOYMENTS).namespace("ns");
const patchOf = (type: "json" | "merge" | "strategic" | "apply") => ({ type, body: { a: 1 } });
const object: KubernetesObject = { metadata: { name: "web" } };
const whole = { metadata: { name: "web" }, apiVersion: "apps/v1", kind: "Deployment" };
const root = "/apis/apps/v1/namespaces/ns/deployments";

describe("a resource client sends", () => {
  it.each<readonly [string, () => Promise<unknown>, readonly unknown[]]>([
    ["get", () => deployments().get("web"), ["GET", `${root}/web`, undefined, undefined]],
    [
      "get of a core kind",
      () => client.resource(NODES).get("a b"),
      ["GET", "/api/v1/nodes/a%20b", undefined, undefined],
    ],
    [
      "list over all namespaces",
      () => client.resource(DEPLOYMENTS).list({ labelSelector: "a=b", limit: 5 }),
      ["GET", "/apis/apps/v1/deployments?labelSelector=a%3Db&limit=5", undefined, undefined],
    ],
    ["create, with kind and version", () => deployments().create(object), ["POST", root, "application/json", whole]],
    [
      "update, with options",
      () => deployments().update(object, { dryRun: true, fieldManager: "m", fieldValidation: "Strict" }),
      ["PUT", `${root}/web?dryRun=All&fieldManager=m&fieldValidation=Strict`, "application/json", whole],
    ],
    [
      "updateStatus",
      () => deployments().updateStatus(object),
      ["PUT", `${root}/web/status`, "application/json", whole],
    ],
    [
      "merge patch of a subresource",
      () => deployments().patch("web", patchOf("merge"), { subresource: "scale" }),
      ["PATCH", `${root}/web/scale`, "application/merge-patch+json", { a: 1 }],
    ],
    [
      "JSON patch",
      () => deployments().patch("web", patchOf("json")),
      ["PATCH", `${root}/web`, "application/json-patch+json", { a: 1 }],
    ],
    [
      "strategic merge patch",
      () => deployments().patch("web", patchOf("strategic")),
      ["PATCH", `${root}/web`, "application/strategic-merge-patch+json", { a: 1 }],
    ],
    [
      "apply under the program's name",
      () => deployments().patch("web", patchOf("apply"), { force: true }),
      ["PATCH", `${root}/web?fieldManager=kube-test&force=true`, "application/apply-patch+yaml", { a: 1 }],
    ],
    ["delete without options", () => deployments().delete("web"), ["DELETE", `${root}/web`, undefined, undefined]],
    [
      "delete with options",
      () => deployments().delete("web", { propagationPolicy: "Foreground", gracePeriodSeconds: 0 }),
      [
        "DELETE",
        `${root}/web`,
        "application/json",
        { kind: "DeleteOptions", apiVersion: "v1", gracePeriodSeconds: 0, propagationPolicy: "Foreground" },
      ],
    ],
    [
      "a subresource",
      () => deployments().subresource("web", "scale", { method: "PUT", body: { x: 1 } }),
      ["PUT", `${root}/web/scale`, "application/json", { x: 1 }],
    ],
  ])("%s", async (_, call, expected) => {
    await call();
    expect(sent()).toEqual(expected);
  });

  it("the identity of its client", async () => {
    await deployments().get("web");
    expect(requests[0]?.user?.name).toBe("me");
    expect(requests[0]?.headers["user-agent"]).toMatch(/^kube-test\/v1\.36/);
  });
});

describe("a resource client answers", () => {
  it("with a StatusError where the API refuses", async () => {
    status = 404;
    answer = { kind: "Status", code: 404, reason: "NotFound", message: "no", details: { name: "web" } };
    const error = await deployments()
      .get("web")
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StatusError);
    expect((error as StatusError).status).toMatchObject({
      reason: "NotFound",
      message: "no",
      details: { name: "web" },
    });
  });

  it("a deletion with undefined when the object is gone", async () => {
    answer = { kind: "Status", status: "Success" };
    expect(await deployments().delete("web")).toBeUndefined();
  });

  it("a list with items that know their kind", async () => {
    answer = { kind: "DeploymentList", items: [{ metadata: { name: "a" } }] };
    expect((await deployments().list()).items[0]).toMatchObject({ apiVersion: "apps/v1", kind: "Deployment" });
  });
});

describe("retryOnConflict", () => {
  const conflict = new StatusError(409, "Conflict", "changed");

  it.each([
    ["goes on after conflicts", [conflict, conflict], 5, 3],
    ["gives up in the end", Array(9).fill(conflict), 5, 5],
    ["throws anything else at once", [new Error("other"), conflict], 5, 1],
  ])("%s", async (_, failures, attempts, expected) => {
    let count = 0;
    const left = [...failures];
    const attempt = async (): Promise<string> => {
      count++;
      const failure = left.shift();
      if (failure !== undefined) throw failure;
      return "done";
    };
    await retryOnConflict(attempt, attempts).catch(() => undefined);
    expect(count).toBe(expected);
  });
});

describe("discovery", () => {
  it("names each resource once, at the preferred version, and what failed", async () => {
    const resource = (name: string) => ({ name, kind: "K", namespaced: true, verbs: ["get"] });
    const answers: Record<string, unknown> = {
      "/apis": {
        groups: [
          { name: "g", versions: [{ version: "v2" }, { version: "v1" }], preferredVersion: { version: "v1" } },
          { name: "down", versions: [{ version: "v1" }] },
        ],
      },
      "/api/v1": { resources: [resource("pods"), resource("pods/log")] },
      "/apis/g/v1": { resources: [resource("things")] },
      "/apis/g/v2": { resources: [resource("things"), resource("others")] },
    };
    const raw = async ({ path }: { path: string }) => {
      if (!(path in answers)) throw new Error("503");
      return { object: answers[path] };
    };
    const { resources, failed } = await discover({ raw } as unknown as Client);
    expect(resources.map(({ group, version, resource: name }) => `${group}/${version}/${name}`)).toEqual([
      "/v1/pods",
      "g/v1/things",
      "g/v2/others",
    ]);
    expect(failed).toEqual(["down/v1"]);
  });
});

describe("a kubeconfig connection", () => {
  it("becomes transport options", () => {
    const connection = {
      server: "https://c:6443",
      insecureSkipTlsVerify: false,
      ca: "CA",
      clientCertificate: "CERT",
      clientKey: "KEY",
      tlsServerName: "name",
    };
    expect(httpTransportOptions(connection)).toEqual({
      server: "https://c:6443",
      insecureSkipVerify: false,
      certificateAuthority: "CA",
      serverName: "name",
      clientCertificate: { certificate: "CERT", key: "KEY" },
    });
  });
});
