import { type KubernetesObject, StatusError } from "@pinnace/apimachinery";
import { type Client, leaderOf, runAsLeader } from "@pinnace/client";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { beforeEach, describe, expect, it } from "vitest";

interface Lease extends KubernetesObject {
  readonly spec?: { readonly holderIdentity?: string; readonly leaseTransitions?: number };
}

let clock: VirtualClock;
let lease: Lease | undefined;
let reachable: boolean;
let hanging: boolean;
let version: number;
let client: Client;

beforeEach(() => {
  clock = createVirtualClock();
  lease = undefined;
  reachable = true;
  hanging = false;
  version = 0;
  const store = (next: Lease): Lease => {
    lease = { ...next, metadata: { ...next.metadata, resourceVersion: String(++version) } };
    return lease;
  };
  const leases = {
    get: async () => {
      if (hanging) await new Promise(() => undefined);
      if (!reachable) throw new Error("down");
      if (lease === undefined) throw new StatusError(404, "NotFound", "none");
      return lease;
    },
    create: async (next: Lease) => store(next),
    update: async (next: Lease) => {
      if (!reachable) throw new Error("down");
      if (next.metadata?.resourceVersion !== lease?.metadata?.resourceVersion)
        throw new StatusError(409, "Conflict", "changed");
      return store(next);
    },
  };
  client = { resource: () => ({ namespace: () => leases }) } as unknown as Client;
});

function candidate(identity: string): {
  readonly stop: AbortController;
  readonly ended: Promise<unknown>;
  leading: boolean;
} {
  const stop = new AbortController();
  const state = { stop, leading: false, ended: Promise.resolve() as Promise<unknown> };
  state.ended = runAsLeader(
    { client, clock, identity, name: "lock", random: () => 0 },
    async (signal) => {
      state.leading = true;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      state.leading = false;
    },
    stop.signal,
  ).catch((error: unknown) => error);
  return state;
}

describe("leader election", () => {
  it("lets one lead at a time, and the next as soon as the lease is released", async () => {
    const a = candidate("a");
    await clock.advance(100);
    const b = candidate("b");
    await clock.advance(60_000);
    expect([a.leading, b.leading]).toEqual([true, false]);
    expect(await leaderOf({ client, name: "lock" })).toBe("a");
    a.stop.abort(new Error("done"));
    await a.ended;
    expect(lease?.spec?.holderIdentity).toBe("");
    expect(await leaderOf({ client, name: "lock" })).toBeUndefined();
    await clock.advance(2500);
    expect([a.leading, b.leading]).toEqual([false, true]);
    expect(lease?.spec?.leaseTransitions).toBe(1);
    b.stop.abort(new Error("done"));
    await b.ended;
  });

  it("takes over a lease that nobody renews for fifteen seconds", async () => {
    lease = { metadata: { name: "lock", resourceVersion: "x" }, spec: { holderIdentity: "gone" } };
    const b = candidate("b");
    await clock.advance(14_000);
    expect(b.leading).toBe(false);
    await clock.advance(3000);
    expect(b.leading).toBe(true);
    b.stop.abort(new Error("done"));
    await b.ended;
  });

  it("steps down when it cannot renew for ten seconds", async () => {
    const a = candidate("a");
    await clock.advance(100);
    reachable = false;
    await clock.advance(9000);
    expect(a.leading).toBe(true);
    await clock.advance(4000);
    expect(a.leading).toBe(false);
    expect(await a.ended).toMatchObject({ code: "LEADERSHIP_LOST" });
  });

  it("steps down after ten seconds also when an attempt to renew hangs", async () => {
    const a = candidate("a");
    await clock.advance(100);
    hanging = true;
    await clock.advance(9_000);
    expect(a.leading).toBe(true);
    await clock.advance(2_000);
    expect(a.leading).toBe(false);
    expect(await a.ended).toMatchObject({ code: "LEADERSHIP_LOST" });
  });

  it("never leads when it is told to stop first", async () => {
    lease = { metadata: { name: "lock", resourceVersion: "x" }, spec: { holderIdentity: "other" } };
    const a = candidate("a");
    await clock.advance(100);
    a.stop.abort(new Error("done"));
    expect(await a.ended).toBeUndefined();
    expect(a.leading).toBe(false);
    expect(clock.pending).toBe(0);
  });
});
