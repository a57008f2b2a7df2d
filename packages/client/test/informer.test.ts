import { type KubernetesObject, type ResourceType, StatusError, type WatchEvent } from "@pinnace/apimachinery";
import { type CacheEvent, type Client, createInformerFactory, type InformerFactory } from "@pinnace/client";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { Subject } from "rxjs";
import { beforeEach, describe, expect, it } from "vitest";

const PODS: ResourceType = { group: "", version: "v1", resource: "pods", kind: "Pod", namespaced: true };

/** A server of one resource whose lists and watches the test decides. */
class ScriptedServer {
  items: KubernetesObject[] = [];
  version = 1;
  failNext: Error | undefined;
  readonly requests: string[] = [];
  watch = new Subject<WatchEvent>();

  readonly client = {
    resource: () => ({
      list: async (options: { resourceVersion?: string }) => {
        this.requests.push(`list ${options.resourceVersion ?? "newest"}`);
        const failure = this.failNext;
        this.failNext = undefined;
        if (failure !== undefined) throw failure;
        return { metadata: { resourceVersion: String(this.version) }, items: this.items };
      },
      watch: (options: { resourceVersion?: string }) => {
        this.requests.push(`watch ${options.resourceVersion}`);
        this.watch = new Subject();
        return this.watch;
      },
    }),
  } as unknown as Client;

  send(type: WatchEvent["type"], object: KubernetesObject): void {
    this.watch.next({ type, object });
  }
}

function pod(name: string, resourceVersion: number, labels: Record<string, string> = {}): KubernetesObject {
  return { metadata: { namespace: "default", name, uid: name, resourceVersion: String(resourceVersion), labels } };
}

function summary(event: CacheEvent<KubernetesObject>): string {
  const initial = event.type === "add" && event.initial ? " (initial)" : "";
  return `${event.type} ${event.object.metadata?.name}@${event.object.metadata?.resourceVersion}${initial}`;
}

let clock: VirtualClock;
let server: ScriptedServer;
let informers: InformerFactory;

beforeEach(() => {
  clock = createVirtualClock();
  server = new ScriptedServer();
  informers = createInformerFactory({ client: server.client, clock });
});

function follow(): string[] {
  const seen: string[] = [];
  informers.informer(PODS).events.subscribe((event) => seen.push(summary(event)));
  return seen;
}

describe("an informer", () => {
  it("lists, then watches from the list's version", async () => {
    server.items = [pod("a", 1)];
    const seen = follow();
    await informers.informer(PODS).whenSynced();
    await clock.settle();
    server.send("ADDED", pod("b", 2));
    server.send("MODIFIED", pod("a", 3));
    server.send("DELETED", pod("b", 4));
    expect(server.requests).toEqual(["list 0", "watch 1"]);
    expect(seen).toEqual(["add a@1 (initial)", "add b@2", "update a@3", "delete b@4"]);
    expect(informers.informer(PODS).lister.list()).toHaveLength(1);
  });

  it("replays the cache to whoever subscribes later", async () => {
    server.items = [pod("a", 1)];
    await informers.informer(PODS).whenSynced();
    expect(follow()).toEqual(["add a@1 (initial)"]);
  });

  it("changes the cache before it delivers, and keeps the order when a handler causes a change", async () => {
    const informer = informers.informer(PODS);
    await informer.whenSynced();
    await clock.settle();
    const seen: string[] = [];
    informer.events.subscribe((event) => {
      if (event.type === "add") server.send("MODIFIED", pod("a", 3));
    });
    informer.events.subscribe((event) => {
      seen.push(`${summary(event)}, cache ${informer.lister.get("default/a")?.metadata?.resourceVersion}`);
    });
    server.send("ADDED", pod("a", 2));
    expect(seen).toEqual(["add a@2, cache 2", "update a@3, cache 3"]);
  });

  it("lists again after 410 and yields the differences only", async () => {
    server.items = [pod("a", 1), pod("b", 1), pod("c", 1)];
    const seen = follow();
    await clock.settle();
    seen.length = 0;
    server.items = [pod("a", 1), pod("b", 7), pod("d", 8)];
    server.version = 9;
    server.watch.error(new StatusError(410, "Expired", "too old resource version"));
    await clock.settle();
    expect(seen).toEqual(["delete c@1", "update b@7", "add d@8"]);
    expect(server.requests).toEqual(["list 0", "watch 1", "list newest", "watch 9"]);
  });

  it("resumes a watch that ended from the last version, bookmarks included", async () => {
    follow();
    await clock.settle();
    server.send("BOOKMARK", { metadata: { resourceVersion: "42" } });
    server.watch.complete();
    await clock.settle();
    expect(server.requests).toEqual(["list 0", "watch 1", "watch 42"]);
  });

  it("backs off from 800 ms to 30 s while the server fails", async () => {
    const instants: number[] = [];
    const failing = {
      resource: () => ({
        list: async () => {
          instants.push(clock.now());
          throw new Error("down");
        },
      }),
    };
    createInformerFactory({ client: failing as unknown as Client, clock }).informer(PODS);
    await clock.advance(120_000);
    expect(instants.slice(1).map((at, index) => at - instants[index]!)).toEqual([
      800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000,
    ]);
  });

  it("waits as long as a busy server asks", async () => {
    server.failNext = new StatusError(429, "TooManyRequests", "busy", { retryAfterSeconds: 5 });
    follow();
    await clock.advance(4999);
    expect(server.requests).toEqual(["list 0"]);
    await clock.advance(1);
    expect(server.requests).toEqual(["list 0", "list 0", "watch 1"]);
  });

  it("gives up a watch that stays silent past its time", async () => {
    follow();
    await clock.advance(329_999);
    expect(server.requests).toHaveLength(2);
    await clock.advance(1);
    expect(server.requests).toEqual(["list 0", "watch 1", "watch 1"]);
  });

  it("is shared, and files objects under indexes added later", async () => {
    server.items = [pod("a", 1, { app: "web" }), pod("b", 1, { app: "db" })];
    await informers.informer(PODS).whenSynced();
    const informer = informers.informer(PODS, {
      indexes: { app: (object) => [object.metadata?.labels?.app ?? ""] },
    });
    expect(informer).toBe(informers.informer(PODS));
    expect(informer.lister.byIndex("app", "web").map((object) => object.metadata?.name)).toEqual(["a"]);
    await clock.settle();
    server.send("MODIFIED", pod("a", 2, { app: "db" }));
    expect(informer.lister.byIndex("app", "web")).toEqual([]);
    expect(informer.lister.byIndex("app", "db")).toHaveLength(2);
    expect(informer.lister.inNamespace("default")).toHaveLength(2);
  });

  it("completes its events when stopped, and rejects those who wait for the first list", async () => {
    const informer = informers.informer(PODS);
    const completed = new Promise<void>((resolve) => informer.events.subscribe({ complete: resolve }));
    const waiting = informer.whenSynced();
    informers.stop();
    await completed;
    await expect(waiting).rejects.toMatchObject({ code: "INFORMER_STOPPED" });
    await clock.settle();
    expect(clock.pending).toBe(0);
  });

  it("lets those who wait give up", async () => {
    server.failNext = new Error("down");
    const waiting = informers.informer(PODS).whenSynced(AbortSignal.abort(new Error("enough")));
    await expect(waiting).rejects.toThrow("enough");
  });
});
