import type { Clock } from "@pinnace/clock";
import { StoreError, type StoreErrorCode } from "@pinnace/store";
import type { Attempt, Member } from "../src/connection/endpoint.ts";
import type { Failure } from "../src/connection/etcd-error.ts";
import type { KeyValue, RequestOp } from "../src/protocol/messages.ts";
import { LEASE_GRANT, type Method, RANGE, TXN } from "../src/protocol/methods.ts";

type TxnRequest = typeof TXN extends Method<infer Request, unknown> ? Request : never;

/** What the network does to one transaction. */
export type Fault = "none" | "request lost" | "answer lost" | "request late" | "not accepted" | "full" | "full at last";

/** A transaction that etcd has made. */
interface Application {
  /** Which commit it belongs to, as the member said when it was sent. */
  readonly commit: number;
  readonly revision: number;
}

const textOf = (key: Uint8Array): string => Buffer.from(key).toString("latin1");

/** The part of etcd that writes need, with networks that lose and delay. */
export class FakeEtcd {
  readonly #entries = new Map<string, KeyValue>();
  readonly #late: (() => void)[] = [];
  /** Transactions that changed a key of the store's, in order. */
  readonly applications: Application[] = [];
  readonly #clock: Clock;
  revision = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A member as one writer reaches it. `fault` is asked for each transaction, `commit` for whose it is. */
  member(commit: () => number, fault: () => Fault): Member {
    const call = async <Request, Response>(
      method: Method<Request, Response>,
      message: Request,
      { timeout }: { readonly timeout: number },
    ): Promise<Attempt<Response>> => {
      if (method.path === LEASE_GRANT.path) return { ok: true, response: { id: 1n } as Response };
      if (method.path === RANGE.path) {
        const kv = this.#entries.get(textOf((message as { readonly key: Uint8Array }).key));
        return { ok: true, response: { kvs: kv === undefined ? [] : [kv] } as Response };
      }
      if (method.path !== TXN.path) throw new Error(`unexpected ${method.path}`);
      const run = this.#transaction(message as TxnRequest, commit());
      const what = fault();
      if (what === "none") return { ok: true, response: run() as Response };
      if (what === "not accepted") return failed("elsewhere");
      if (what === "full" && !hasPut(message as TxnRequest)) return { ok: true, response: run() as Response };
      // etcd looks at its quota again when it has made a transaction.
      if (what === "full at last") run();
      if (what === "full" || what === "full at last") return failed("refused", "NO_SPACE");
      if (what === "answer lost") run();
      if (what === "request late") this.#late.push(run);
      await this.#clock.sleep(timeout);
      return failed("unknown");
    };
    return {
      url: "http://fake",
      call,
      connect: async () => undefined,
      watch: () => {
        throw new Error("unexpected watch");
      },
      close: () => undefined,
    };
  }

  /** Delivers one of the requests that are on their way. */
  deliver(choice: number): void {
    const [run] = this.#late.splice(choice % Math.max(1, this.#late.length), 1);
    run?.();
  }

  deliverAll(): void {
    while (this.#late.length > 0) this.deliver(0);
  }

  #transaction({ compare = [], success = [], failure = [] }: Partial<TxnRequest>, commit: number): () => unknown {
    return () => {
      const holds = compare.every(({ key, modRevision }) => this.#modRevision(key) === modRevision);
      const operations = holds ? success : failure;
      const changes = operations.filter((each) => each.put || (each.deleteRange && this.#has(each.deleteRange.key)));
      const revision = changes.length > 0 ? this.revision + 1 : this.revision;
      const responses = operations.map((operation) => this.#perform(operation, revision));
      this.revision = revision;
      if (changes.some((each) => !isHidden(each))) this.applications.push({ commit, revision });
      return { succeeded: holds, header: { revision }, responses };
    };
  }

  #perform({ put, deleteRange, range }: RequestOp, revision: number): object {
    if (range) {
      const kv = this.#entries.get(textOf(range.key));
      return { range: { kvs: kv === undefined ? [] : [kv] } };
    }
    if (deleteRange) return { deleteRange: { deleted: this.#entries.delete(textOf(deleteRange.key)) ? 1 : 0 } };
    const { key, value } = put as NonNullable<typeof put>;
    const createRevision = this.#entries.get(textOf(key))?.createRevision ?? revision;
    this.#entries.set(textOf(key), { key, value, createRevision, modRevision: revision });
    return {};
  }

  #modRevision(key: Uint8Array): number {
    return this.#entries.get(textOf(key))?.modRevision ?? 0;
  }

  #has(key: Uint8Array): boolean {
    return this.#entries.has(textOf(key));
  }
}

const isHidden = ({ put, deleteRange }: RequestOp): boolean =>
  textOf((put ?? deleteRange)?.key ?? new Uint8Array()).includes("\xff");

const hasPut = ({ success = [] }: Partial<TxnRequest>): boolean => success.some(({ put }) => put !== undefined);

function failed(
  kind: Failure["kind"],
  code: StoreErrorCode = "UNAVAILABLE",
): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { kind, error: new StoreError(code, `etcd at http://fake: ${kind}`) } };
}
