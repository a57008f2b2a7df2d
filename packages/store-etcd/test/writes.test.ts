import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { StoreError, TextValue, type Transaction } from "@pinnace/store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EtcdClient } from "../src/connection/etcd-client.ts";
import { Keys } from "../src/keys.ts";
import { Writes, type Written } from "../src/store/writes.ts";
import { FakeEtcd, type Fault } from "./fake-etcd.ts";

const PATIENCE = 10_000;

interface Writer {
  /** The outcome, or the code of the error. */
  write(commit: number, transaction: Transaction): Promise<Written | string>;
}

function writerOn(etcd: FakeEtcd, clock: VirtualClock, name: string, fault: () => Fault): Writer {
  let current = -1;
  const endpoints = [etcd.member(() => current, fault), etcd.member(() => current, fault)];
  const client = new EtcdClient({ endpoints, clock, auth: undefined, requestTimeout: PATIENCE, dialTimeout: 1_000 }, 0);
  const writes = new Writes({ client, clock, keys: new Keys("/p"), name, patience: PATIENCE });
  return {
    write: (commit, transaction) => {
      current = commit;
      return writes
        .write(transaction)
        .catch((error: unknown) => (error instanceof StoreError ? error.code : String(error)));
    },
  };
}

/** Lets time pass until it is over. */
async function outcome<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let isOver = false;
  const over = promise.finally(() => {
    isOver = true;
  });
  while (!isOver) await clock.advance(100);
  return over;
}

const create: Transaction = {
  when: [{ key: "/a", modRevision: 0 }],
  then: [{ type: "put", key: "/a", value: new TextValue("x") }],
};

function scripted(...faults: readonly Fault[]) {
  const clock = createVirtualClock();
  const etcd = new FakeEtcd(clock);
  const left = [...faults];
  const writer = writerOn(etcd, clock, "one", () => left.shift() ?? "none");
  return {
    clock,
    etcd,
    writer,
    write: (commit: number, what: Transaction) => outcome(clock, writer.write(commit, what)),
  };
}

describe("a write without an answer", () => {
  it.each<[string, readonly Fault[]]>([
    ["was made", ["answer lost"]],
    ["was made, and the first question is lost", ["answer lost", "request lost"]],
    ["was made, and the first answer about it is lost", ["answer lost", "answer lost"]],
    ["was not made", ["request lost"]],
    ["was not made, and what bars it has no answer", ["request lost", "answer lost"]],
    ["was not made, and what bars it is late", ["request lost", "request late"]],
    ["was not made, nor the second one", ["request lost", "none", "request lost"]],
    ["was not made, but the second one was", ["request lost", "none", "answer lost"]],
    ["is late", ["request late"]],
    ["is late twice", ["request late", "none", "request late"]],
  ])("%s: it is there once", async (_, faults) => {
    const { etcd, write } = scripted(...faults);
    const written = await write(1, create);
    etcd.deliverAll();
    expect(written).toMatchObject({ succeeded: true, revision: etcd.applications[0]?.revision });
    expect(etcd.applications).toHaveLength(1);
    // The mark is good for the next write.
    expect(await write(2, { ...create, when: [] })).toMatchObject({ succeeded: true, revision: etcd.revision });
  });

  it("is a conflict when somebody else was faster with the same value", async () => {
    const { clock, etcd, writer } = scripted("request lost");
    const other = writerOn(etcd, clock, "two", () => "none");
    const first = writer.write(1, create);
    await other.write(2, create);
    expect(await outcome(clock, first)).toMatchObject({ succeeded: false, found: [{ modRevision: 2 }] });
  });

  it("was made, though somebody has overwritten it since", async () => {
    const { clock, etcd, writer } = scripted("answer lost", "request lost", "request lost", "request lost");
    const other = writerOn(etcd, clock, "two", () => "none");
    const first = writer.write(1, create);
    await clock.advance(1);
    expect(await other.write(2, { ...create, when: [] })).toMatchObject({ succeeded: true });
    expect(await outcome(clock, first)).toMatchObject({ succeeded: true, revision: 2 });
  });

  it("is not made late, after a conflict was answered and the key went", async () => {
    const { clock, etcd, writer } = scripted("request late");
    const other = writerOn(etcd, clock, "two", () => "none");
    const first = writer.write(1, create);
    await other.write(2, create);
    expect(await outcome(clock, first)).toMatchObject({ succeeded: false });
    await other.write(3, { when: [{ key: "/a", modRevision: 2 }], then: [{ type: "delete", key: "/a" }] });
    etcd.deliverAll();
    expect(etcd.applications.map(({ commit }) => commit)).toEqual([2, 3]);
  });

  it("has an unknown outcome when etcd does not come back in time", async () => {
    const { etcd, write } = scripted("request late", ...Array<Fault>(1_000).fill("request lost"));
    expect(await write(1, create)).toBe("OUTCOME_UNKNOWN");
    etcd.deliverAll();
    expect(etcd.applications).toHaveLength(1);
  });

  it("was surely not made when it could be barred, but not be made in time", async () => {
    const { etcd, write } = scripted("request late", "none", "request late", "none", "request late");
    expect(await write(1, create)).toBe("UNAVAILABLE");
    etcd.deliverAll();
    expect(etcd.applications).toEqual([]);
  });

  it.each<[string, readonly Fault[], Transaction, unknown, number]>([
    ["refuses puts", ["full"], create, "NO_SPACE", 0],
    [
      "may have made the last one that it refuses",
      ["full at last"],
      create,
      expect.objectContaining({ succeeded: true, revision: 2 }),
      1,
    ],
  ])("is known when etcd is full, which %s", async (_, faults, transaction, expected, made) => {
    const { etcd, write } = scripted(...faults);
    expect(await write(1, transaction)).toEqual(expected);
    expect(etcd.applications).toHaveLength(made);
  });

  it("is made without a mark when it deletes and etcd is full", async () => {
    const { etcd, write } = scripted("none", "full", "full");
    await write(1, create);
    const deletion: Transaction = { when: [{ key: "/a", modRevision: 2 }], then: [{ type: "delete", key: "/a" }] };
    expect(await write(2, deletion)).toMatchObject({ succeeded: true });
    expect(etcd.applications).toHaveLength(2);
  });

  it("is not known when it may change nothing, so that it has no mark", async () => {
    const { write } = scripted("answer lost");
    expect(await write(1, { when: [], then: [{ type: "delete", key: "/a" }] })).toBe("OUTCOME_UNKNOWN");
  });

  it("is made by many at once, each with a mark of its own", async () => {
    const { clock, etcd, writer } = scripted(
      "answer lost",
      "request late",
      "answer lost",
      "request lost",
      "request late",
    );
    const all = Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        writer.write(index, { when: [], then: [{ type: "put", key: `/${index}`, value: new TextValue("x") }] }),
      ),
    );
    const written = await outcome(clock, all);
    etcd.deliverAll();
    expect(written.every((each) => typeof each === "object" && each.succeeded)).toBe(true);
    expect(etcd.applications).toHaveLength(20);
  });
});

/** Weighted so that many writes go well and some go wrong several times. */
const faults = fc.array(
  fc.constantFrom<Fault>("none", "none", "none", "request lost", "answer lost", "request late", "not accepted"),
  { maxLength: 60 },
);
const steps = fc.array(
  fc.record({
    key: fc.constantFrom("/a", "/b"),
    what: fc.constantFrom("create", "put", "update", "delete"),
    deliver: fc.nat({ max: 3 }),
  }),
  { minLength: 1, maxLength: 12 },
);

interface Plan {
  readonly faults: readonly Fault[];
  readonly steps: readonly { readonly key: string; readonly what: string; readonly deliver: number }[];
}

const SAME = new TextValue("same");

/** All writers write the same value, so that only the mark can tell whose it is. */
function transactionOf(key: string, what: string, known: number): Transaction {
  if (what === "put") return { when: [], then: [{ type: "put", key, value: SAME }] };
  if (what === "delete") return { when: [{ key, modRevision: known }], then: [{ type: "delete", key }] };
  return { when: [{ key, modRevision: what === "create" ? 0 : known }], then: [{ type: "put", key, value: SAME }] };
}

const changesNothing = ({ when, then }: Transaction): boolean =>
  then[0]?.type === "delete" && when[0]?.modRevision === 0;

it("writes each commit that it acknowledges once, and no other, whatever the network does", async () => {
  const runPlans = async (plans: readonly Plan[]): Promise<void> => {
    const clock = createVirtualClock();
    const etcd = new FakeEtcd(clock);
    const done: { readonly transaction: Transaction; readonly written: Written | string }[] = [];
    const run = async (plan: Plan, index: number): Promise<void> => {
      const left = [...plan.faults];
      const writer = writerOn(etcd, clock, `w${index}`, () => left.shift() ?? "none");
      let known = 0;
      for (const { key, what, deliver } of plan.steps) {
        const transaction = transactionOf(key, what, known);
        const commit = done.push({ transaction, written: "under way" }) - 1;
        const written = await writer.write(commit, transaction);
        done[commit] = { transaction, written };
        if (typeof written === "object") known = written.succeeded ? written.revision : modRevisionOf(written);
        if (deliver > 0) etcd.deliver(deliver);
        await clock.sleep(1);
      }
    };
    await outcome(clock, Promise.all(plans.map(run)));
    etcd.deliverAll();
    for (const [commit, { transaction, written }] of done.entries()) {
      const made = etcd.applications.filter((each) => each.commit === commit).map(({ revision }) => revision);
      if (written === "OUTCOME_UNKNOWN") expect(made.length).toBeLessThanOrEqual(1);
      else if (typeof written === "string" || !written.succeeded || changesNothing(transaction))
        expect(made).toEqual([]);
      else expect(made).toEqual([written.revision]);
    }
  };
  const plan = fc.record({ faults, steps });
  await fc.assert(fc.asyncProperty(fc.array(plan, { minLength: 2, maxLength: 3 }), runPlans), { numRuns: 300 });
});

const modRevisionOf = ({ found }: Extract<Written, { succeeded: false }>): number => found[0]?.modRevision ?? 0;
