import { NAMESPACES as NAMESPACE_TYPE } from "@pinnace/api";
import type { ApiRequest, ApiResponse, KubernetesObject, WatchEvent } from "@pinnace/apimachinery";
import { createLocalTransport, type Transport } from "@pinnace/client";
import { startCluster } from "@pinnace/cluster";
import { concatMap, filter, map, type Observable, of } from "rxjs";
import { describe, expect, it } from "vitest";
import "reflect-metadata";
import { ApiStore } from "../src/api-store.ts";
import { API_HABITS } from "../src/cases.ts";
import { NAMESPACES } from "../src/config-maps.ts";
import { run, type Subject } from "../src/run.ts";

type Send = (request: ApiRequest) => Promise<ApiResponse>;

/** What was broken, by clients of an API server of this process whose answers are spoiled. */
async function violationsOf(spoil: (send: Send) => Send): Promise<readonly string[]> {
  const cluster = await startCluster({ nodes: 0 });
  for (const name of NAMESPACES) await cluster.client.resource(NAMESPACE_TYPE).create({ metadata: { name } });
  const local = createLocalTransport(cluster.handler);
  const user = { name: "admin", groups: ["system:masters"] };
  const send = spoil((request) => local.request({ ...request, user }));
  const transport: Transport = { request: send, close: () => local.close() };
  const subject: Subject = {
    store: new ApiStore(async () => transport),
    doubtful: ["OUTCOME_UNKNOWN"],
    disturb: async () => "nothing",
    settle: async () => undefined,
    stop: () => cluster.stop(),
  };
  const options = { seed: 5, rounds: 10, patience: 300, habits: API_HABITS };
  const { violations } = await run(subject, options);
  await subject.stop();
  return [...new Set(violations.map(({ kind }) => kind))];
}

const every = (count: number): (() => boolean) => {
  let calls = 0;
  return () => {
    calls += 1;
    return calls % count === 0;
  };
};

const answer = (status: number, object: unknown): ApiResponse => ({
  status,
  headers: { "content-type": "application/json" },
  body: { type: "object", object, bytes: () => new Uint8Array() },
});

const watching =
  (change: (events: Observable<WatchEvent>) => Observable<WatchEvent>) =>
  (send: Send): Send =>
  async (request) => {
    const response = await send(request);
    if (response.body.type !== "watch") return response;
    return { ...response, body: { ...response.body, events: change(response.body.events) } };
  };

const objectOf = ({ body }: ApiResponse): KubernetesObject | undefined =>
  body.type === "object" ? (body.object as KubernetesObject) : undefined;

const isOne = ({ method, path }: ApiRequest): boolean => method === "GET" && /configmaps\/./.test(path);

describe("clients of an API server", () => {
  it("find nothing when it is good", async () => {
    expect(await violationsOf((send) => send)).toEqual([]);
  });

  it.each<[string, (send: Send) => Send, readonly string[]]>([
    [
      "acknowledges an update that it does not make",
      (send) => {
        const lies = every(10);
        return async (request) => {
          if (request.method !== "PUT" || !lies()) return send(request);
          const now = await send({ ...request, method: "GET" });
          const old = objectOf(now);
          const newest = objectOf(await send({ ...request, method: "GET", path: "/api/v1/configmaps" }));
          const resourceVersion = String(Number(newest?.metadata?.resourceVersion) + 1);
          return answer(200, { ...old, metadata: { ...old?.metadata, resourceVersion } });
        };
      },
      ["one revision for two commits", "lost write", "missing event"],
    ],
    [
      "acknowledges a deletion that it does not make",
      (send) => {
        const lies = every(5);
        const success = answer(200, { kind: "Status", status: "Success" });
        return async (request) => (request.method === "DELETE" && lies() ? success : send(request));
      },
      ["lost write", "inconsistent list", "stale read"],
    ],
    [
      "does not look at resourceVersions",
      (send) => async (request) => {
        if (request.method !== "PUT" || request.body === undefined || !("bytes" in request.body)) return send(request);
        const object = JSON.parse(new TextDecoder().decode(request.body.bytes)) as KubernetesObject;
        const { resourceVersion: _, ...metadata } = object.metadata ?? {};
        await new Promise((resolve) => setTimeout(resolve, 5));
        return send({ ...request, body: { object: { ...object, metadata } } });
      },
      ["lost update"],
    ],
    [
      "refuses what it has made",
      (send) => {
        const lies = every(10);
        return async (request) => {
          const response = await send(request);
          const conflict = answer(409, { kind: "Status", status: "Failure", code: 409, reason: "Conflict" });
          return request.method === "PUT" && lies() ? conflict : response;
        };
      },
      ["change of nobody"],
    ],
    [
      "answers a consistent read from the past",
      (send) => {
        const known = new Map<string, ApiResponse>();
        return async (request) => {
          if (!isOne(request)) return send(request);
          const response = known.get(request.path) ?? (await send(request));
          known.set(request.path, response);
          return response;
        };
      },
      ["stale read"],
    ],
    [
      "delivers an event twice",
      watching((events) => events.pipe(concatMap((event) => of(event, event)))),
      ["event twice"],
    ],
    [
      "loses an event",
      (send) => {
        const loses = every(20);
        return watching((events) => events.pipe(filter(() => !loses())))(send);
      },
      ["missing event"],
    ],
    [
      "falls silent instead of ending a watch",
      watching((events) => events.pipe(filter((_, index) => index < 10))),
      ["missing event"],
    ],
    [
      "says MODIFIED of what it created",
      watching((events) =>
        events.pipe(map((event) => (event.type === "ADDED" ? { ...event, type: "MODIFIED" } : event))),
      ),
      ["wrong event"],
    ],
    [
      "sends a bookmark ahead of events",
      watching((events) =>
        events.pipe(
          concatMap((event) => {
            const resourceVersion = String(Number(event.object.metadata?.resourceVersion) + 20);
            return of(event, { type: "BOOKMARK", object: { metadata: { resourceVersion } } } as WatchEvent);
          }),
        ),
      ),
      ["progress ahead of events"],
    ],
  ])("catch one that %s", async (_, spoil, kinds) => {
    const found = await violationsOf(spoil);
    expect(kinds.filter((kind) => found.includes(kind))).not.toEqual([]);
  });
});
