import type { ChildProcess } from "node:child_process";
import {
  type Commit,
  type Entry,
  type Page,
  type Store,
  StoreError,
  type StoreErrorCode,
  type StoreEvent,
  TextValue,
} from "@pinnace/store";
import { Observable, type Subscriber } from "rxjs";
import type { Reply, Request, WireEntry, WireEvent, WireMutation } from "./protocol.ts";

const decoder = new TextDecoder();

interface Pending {
  readonly method: Request["method"];
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

interface Watch {
  readonly subscriber: Subscriber<StoreEvent>;
  readonly onProgress: ((revision: number) => void) | undefined;
}

type WireCommit =
  | { readonly succeeded: true; readonly revision: number; readonly current?: undefined }
  | { readonly succeeded: false; readonly revision: number; readonly current: readonly (WireEntry | null)[] };

type Body = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;

/**
 * A store in another process, which may end at any moment. Calls without an answer fail with `UNAVAILABLE` when it does;
 * calls while it is away fail with `CLOSED`, and did not happen.
 */
export class RemoteStore implements Store {
  #child: ChildProcess | undefined;
  #id = 0;
  readonly #pending = new Map<number, Pending>();
  readonly #watches = new Map<number, Watch>();

  /** Goes on with this process. */
  attach(child: ChildProcess): void {
    this.#child = child;
    child.on("message", (reply: Reply) => this.#hear(reply));
    child.once("disconnect", () => this.#lose(child));
  }

  async read(key: string): Promise<Entry | undefined> {
    const entry = (await this.#ask({ method: "read", key })) as WireEntry | undefined;
    return entry && entryOf(entry);
  }

  async list(prefix: string, options = {}): Promise<Page> {
    const page = (await this.#ask({ method: "list", prefix, options })) as Omit<Page, "entries"> & {
      readonly entries: readonly WireEntry[];
    };
    return { ...page, entries: page.entries.map(entryOf) };
  }

  async commit({ when, then }: Parameters<Store["commit"]>[0]): Promise<Commit> {
    const mutations: WireMutation[] = then.map((each) =>
      each.type === "put" ? { ...each, value: decoder.decode(each.value.bytes()) } : each,
    );
    const { succeeded, revision, current } = (await this.#ask({
      method: "commit",
      when,
      then: mutations,
    })) as WireCommit;
    if (succeeded) return { succeeded, revision };
    return { succeeded, revision, current: current.map((entry) => (entry ? entryOf(entry) : undefined)) };
  }

  watch(prefix: string, { from, onProgress }: Parameters<Store["watch"]>[1] = {}): Observable<StoreEvent> {
    return new Observable((subscriber) => {
      const id = this.#send(
        { method: "watch", prefix, from },
        { method: "watch", resolve: () => undefined, reject: (error) => subscriber.error(error) },
      );
      if (id === undefined) return undefined;
      this.#watches.set(id, { subscriber, onProgress });
      return () => {
        if (this.#watches.delete(id)) this.#ask({ method: "unwatch", watch: id }).catch(() => undefined); // it is gone, then
      };
    });
  }

  async compact(revision: number): Promise<void> {
    await this.#ask({ method: "compact", revision });
  }

  async revision(): Promise<number> {
    return (await this.#ask({ method: "revision" })) as number;
  }

  async requestProgress(): Promise<void> {
    await this.#ask({ method: "requestProgress" });
  }

  async close(): Promise<void> {
    await this.#ask({ method: "close" });
  }

  #ask(body: Body): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#send(body, { method: body.method, resolve, reject });
    });
  }

  #send(body: Body, pending: Pending): number | undefined {
    const child = this.#child;
    if (child === undefined || !child.connected) {
      pending.reject(new StoreError("CLOSED", "the store's process is away"));
      return undefined;
    }
    this.#id += 1;
    const id = this.#id;
    this.#pending.set(id, pending);
    child.send({ ...body, id } as Request, () => undefined); // a failure shows as the end of the process
    return id;
  }

  #hear(reply: Reply): void {
    switch (reply.type) {
      case "result":
        this.#settle(reply.id, (pending) => pending.resolve(reply.value));
        break;
      case "error":
        this.#settle(reply.id, (pending) => pending.reject(errorOf(reply)));
        break;
      case "events":
        for (const event of reply.events) this.#watches.get(reply.watch)?.subscriber.next(eventOf(event));
        break;
      case "progress":
        this.#watches.get(reply.watch)?.onProgress?.(reply.revision);
        break;
      case "end":
        this.#end(reply);
    }
  }

  #end(reply: Extract<Reply, { type: "end" }>): void {
    const watch = this.#watches.get(reply.watch);
    this.#watches.delete(reply.watch);
    if (reply.code === undefined) watch?.subscriber.complete();
    else watch?.subscriber.error(errorOf({ code: reply.code, message: reply.message }));
  }

  #settle(id: number, how: (pending: Pending) => void): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending !== undefined) how(pending);
  }

  /** Messages of a dead process that are still on their way count: they were sent. This comes after them. */
  #lose(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    const error = new StoreError("UNAVAILABLE", "the store's process ended");
    for (const id of [...this.#pending.keys()]) this.#settle(id, (pending) => pending.reject(error));
    for (const [id, { subscriber }] of [...this.#watches]) {
      this.#watches.delete(id);
      subscriber.error(error);
    }
  }
}

const errorOf = ({ code, message }: { readonly code: string; readonly message: string }): StoreError =>
  new StoreError(code as StoreErrorCode, message);

const entryOf = ({ value, ...entry }: WireEntry): Entry => ({ ...entry, value: new TextValue(value) });

function eventOf({ type, key, revision, entry, previous }: WireEvent): StoreEvent {
  const before = previous && entryOf(previous);
  if (type === "delete" || entry === undefined) return { type: "delete", key, revision, previous: before };
  return { type: "put", entry: entryOf(entry), previous: before, revision };
}
