import { createVirtualClock } from "@pinnace/clock";
import { StoreError } from "@pinnace/store";
import { describe, expect, it } from "vitest";
import type { Attempt, Member } from "../src/connection/endpoint.ts";
import { EtcdClient } from "../src/connection/etcd-client.ts";
import type { Failure } from "../src/connection/etcd-error.ts";
import { AUTHENTICATE, type Method, RANGE, TXN } from "../src/protocol/methods.ts";

type Answer = Failure["kind"] | "ok";

/** Members that answer as they are told, in turn; the last answer is repeated. */
function members(...answers: readonly (readonly Answer[])[]): { readonly endpoints: Member[]; readonly log: string[] } {
  const log: string[] = [];
  const endpoints = answers.map((turns, index): Member => {
    let turn = 0;
    const call = async <Request, Response>(method: Method<Request, Response>): Promise<Attempt<Response>> => {
      if (method.path === AUTHENTICATE.path) return { ok: true, response: { token: "t" } as Response };
      const kind = turns[Math.min(turn++, turns.length - 1)] ?? "ok";
      log.push(`${index} ${kind}`);
      if (kind === "ok") return { ok: true, response: { header: { revision: 7 } } as Response };
      return { ok: false, failure: { kind, error: new StoreError("UNAVAILABLE", kind) } };
    };
    const connect = async (): Promise<undefined> => undefined;
    return { url: `http://m${index}`, call, connect, watch: () => expect.unreachable(), close: () => undefined };
  });
  return { endpoints, log };
}

function clientOf(endpoints: readonly Member[]) {
  const clock = createVirtualClock();
  const auth = { user: "u", password: "p" };
  return { clock, client: new EtcdClient({ endpoints, clock, auth, requestTimeout: 10_000, dialTimeout: 3_000 }, 0) };
}

const write = { compare: [], success: [], failure: [] };

describe("a call that must not happen twice", () => {
  it.each([
    ["is sent once when all is well", [["ok"]], ["0 ok"], "ok"],
    ["goes elsewhere when it was not applied", [["elsewhere"], ["ok"]], ["0 elsewhere", "1 ok"], "ok"],
    ["is sent again with a new token", [["authenticate", "ok"]], ["0 authenticate", "0 ok"], "ok"],
    ["fails when it may have been applied", [["unknown"], ["ok"]], ["0 unknown"], "unknown"],
    [
      "fails after a later attempt that may have been applied",
      [["elsewhere"], ["unknown"]],
      ["0 elsewhere", "1 unknown"],
      "unknown",
    ],
    ["fails when it is refused", [["refused"], ["ok"]], ["0 refused"], "refused"],
    ["fails when its lease is gone", [["lease"], ["ok"]], ["0 lease"], "lease"],
  ] as const)("%s", async (_what, answers, calls, result) => {
    const { endpoints, log } = members(...answers);
    const { client, clock } = clientOf(endpoints);
    const outcome = client.callOnce(TXN, write).then(
      () => "ok",
      (error: Error) => error.message,
    );
    await clock.advance(1_000);
    expect([log, await outcome]).toEqual([calls, result]);
  });

  it("leaves the member that did not say what became of it", async () => {
    const { endpoints, log } = members(["unknown"], ["ok"]);
    const { client } = clientOf(endpoints);
    await client.callOnce(TXN, write).catch(() => undefined);
    await client.callOnce(TXN, write);
    expect(log).toEqual(["0 unknown", "1 ok"]);
  });
});

describe("a call that may be repeated", () => {
  it("is repeated elsewhere after any failure but a refusal", async () => {
    const { endpoints, log } = members(["unknown"], ["elsewhere"], ["ok"]);
    const { client } = clientOf(endpoints);
    await client.callRepeatably(RANGE, { key: new Uint8Array() });
    await client.callRepeatably(RANGE, { key: new Uint8Array() });
    expect(log).toEqual(["0 unknown", "1 elsewhere", "2 ok", "2 ok"]);
  });

  it("is given up when no member has served it in time", async () => {
    const { endpoints, log } = members(["elsewhere"], ["elsewhere"]);
    const { client, clock } = clientOf(endpoints);
    const failing = expect(client.callRepeatably(RANGE, { key: new Uint8Array() })).rejects.toThrow("elsewhere");
    await clock.advance(11_000);
    await failing;
    expect(log.length).toBeGreaterThan(50);
    expect(log.length).toBeLessThan(150);
  });
});
