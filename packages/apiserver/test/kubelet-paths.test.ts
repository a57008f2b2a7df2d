import type { ApiRequest, ApiResponse } from "@pinnace/apimachinery";
import { CodedError } from "@pinnace/errors";
import { describe, expect, it } from "vitest";
import { startBuiltIn } from "./built-in.ts";

const PODS = "/api/v1/namespaces/default/pods";
const bytes = (text: string, status = 200): ApiResponse => ({
  status,
  headers: {},
  body: { type: "bytes", bytes: new TextEncoder().encode(text) },
});

/** A pod of two containers on a node, and what its kubelet was asked. */
async function running(answer: ApiResponse = bytes("line\n")) {
  const asked: ApiRequest[] = [];
  const kubelet = async (request: ApiRequest): Promise<ApiResponse> => {
    asked.push(request);
    return answer;
  };
  const harness = await startBuiltIn({ nodes: { connect: async () => kubelet } });
  const container = (name: string): object => ({ name, image: "i" });
  const spec = {
    nodeName: "n",
    containers: [container("a"), container("b")],
    initContainers: [container("init")],
  };
  await harness.call("POST", "/api/v1/nodes", { metadata: { name: "n" } });
  await harness.call("POST", PODS, { metadata: { name: "p" }, spec });
  return { ...harness, asked };
}

const upgrade = { upgrade: { protocol: "websocket" } };
const switching: ApiResponse = { status: 101, headers: {}, body: { type: "upgrade", handle: () => undefined } };

describe("the logs of a pod", () => {
  it.each([
    ["container=a", "/containerLogs/default/p/a", ""],
    ["container=init&previous=true", "/containerLogs/default/p/init", "previous=true"],
    ["container=b&tailLines=5&timestamps=true", "/containerLogs/default/p/b", "tailLines=5&timestamps=true"],
    ["container=b&sinceSeconds=60&limitBytes=10", "/containerLogs/default/p/b", "sinceSeconds=60&limitBytes=10"],
  ])("with %s are at %s", async (query, path, forwarded) => {
    const { call, asked } = await running();
    expect(await call("GET", `${PODS}/p/log?${query}`)).toMatchObject({ status: 200, text: "line\n" });
    expect(asked[0]!.path).toBe(path);
    const sorted = (text: string): string[] => text.split("&").sort();
    expect(sorted(asked[0]!.query.toString())).toEqual(sorted(forwarded));
  });

  it.each([
    [
      "",
      400,
      "a container name must be specified for pod p, choose one of: [a b] or one of the init containers: [init]",
    ],
    ["container=nope", 400, "container nope is not valid for pod p"],
    ["container=a&tailLines=-1", 422, "tailLines: Invalid value: -1: must be greater than or equal to 0"],
    ["container=a&tailLines=x", 400, "invalid syntax"],
    ["container=a&limitBytes=0", 422, "limitBytes: Invalid value: 0: must be greater than 0"],
    ["container=a&sinceSeconds=0", 422, "sinceSeconds: Invalid value: 0: must be greater than 0"],
    [
      "container=a&sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z",
      422,
      "at most one of `sinceTime` or `sinceSeconds` may be specified",
    ],
  ])("with %s are refused with %d", async (query, status, message) => {
    const { call, asked } = await running();
    const refused = await call("GET", `${PODS}/p/log?${query}`);
    expect(refused.status).toBe(status);
    expect(refused.body.message).toContain(message);
    expect(asked).toEqual([]);
  });

  it.each([
    [400, 400, "no such thing"],
    [404, 404, "the server could not find the requested resource (no such thing)"],
    [500, 500, "Internal error occurred: no such thing"],
  ])("that the kubelet refuses with %d are refused with %d", async (from, to, message) => {
    const { call } = await running(bytes("no such thing", from));
    expect(await call("GET", `${PODS}/p/log?container=a`)).toMatchObject({ status: to, body: { message } });
  });

  it("of a node that does not answer say so", async () => {
    const connect = () => Promise.reject(new CodedError("NODE_UNREACHABLE", "connection refused"));
    const { call } = await startBuiltIn({ nodes: { connect } });
    await call("POST", "/api/v1/nodes", { metadata: { name: "n" } });
    await call("POST", PODS, {
      metadata: { name: "p" },
      spec: { nodeName: "n", containers: [{ name: "a", image: "i" }] },
    });
    expect(await call("GET", `${PODS}/p/log`)).toMatchObject({
      status: 500,
      body: { message: expect.stringContaining("error dialing backend: connection refused") },
    });
  });
});

describe("a connection to a pod", () => {
  it.each([
    [
      "exec?container=a&command=ls&command=-l&stdin=true&tty=true",
      "/exec/default/p/a",
      "input=1&tty=1&command=ls&command=-l",
    ],
    ["attach?container=b&stdout=true&stderr=true", "/attach/default/p/b", "output=1&error=1"],
    ["portforward?ports=80&ports=443", "/portForward/default/p", "port=80&port=443"],
  ])("for %s goes to %s", async (path, target, query) => {
    const { raw, asked } = await running(switching);
    const response = await raw("GET", `${PODS}/p/${path}`, upgrade);
    expect(response.body).toBe(switching.body);
    expect(asked[0]).toMatchObject({ path: target, upgrade: { protocol: "websocket" } });
    const sorted = (text: string): string[] => text.split("&").sort();
    expect(sorted(asked[0]!.query.toString())).toEqual(sorted(query));
  });

  it("does not take the caller's credentials along", async () => {
    const { raw, asked } = await running(switching);
    const headers = { authorization: "Bearer secret", "sec-websocket-protocol": "v5.channel.k8s.io" };
    await raw("GET", `${PODS}/p/exec?container=a&command=ls`, {
      ...upgrade,
      headers,
      user: { name: "alice", groups: [] },
    });
    expect(asked[0]!.headers).toEqual({ "sec-websocket-protocol": "v5.channel.k8s.io" });
    expect(asked[0]!.user).toBeUndefined();
  });

  it.each([
    ["without an upgrade", {}, "exec?container=a&command=ls", 400, "Upgrade request required"],
    [
      "to an unknown container",
      upgrade,
      "exec?container=nope&command=ls",
      400,
      "container nope is not valid for pod p",
    ],
    ["to no container in particular", upgrade, "attach", 400, "a container name must be specified for pod p"],
  ])("%s is refused", async (_name, more, path, status, message) => {
    const { raw } = await running(switching);
    const { body, status: got } = await raw("GET", `${PODS}/p/${path}`, more);
    expect(got).toBe(status);
    expect(body.type === "object" && (body.object as { message: string }).message).toContain(message);
  });

  it("that the kubelet refuses is refused in its words", async () => {
    const { raw } = await running(bytes("container not running", 400));
    const { status, body } = await raw("GET", `${PODS}/p/exec?container=a&command=ls`, upgrade);
    expect([status, body.type === "object" && body.object]).toMatchObject([400, { message: "container not running" }]);
  });

  it("to a missing pod is a 404", async () => {
    const { raw } = await running(switching);
    expect((await raw("GET", `${PODS}/nope/exec?command=ls`, upgrade)).status).toBe(404);
  });
});
