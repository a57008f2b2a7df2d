/** Holds an embedded store and serves it to the process that started it, so that it can be killed and paused. */
import { createRealClock } from "@pinnace/clock";
import { type Entry, type Store, StoreError, type StoreEvent, TextValue } from "@pinnace/store";
import { type FailpointName, openLogStore } from "@pinnace/store-log";
import type { Subscription } from "rxjs";
import { OPTIONS, type ProcessOptions, type Reply, type Request, type WireEntry, type WireEvent } from "./protocol.ts";

const decoder = new TextDecoder();
const say = (reply: Reply): void => {
  process.send?.(reply);
};

const wireEntry = ({ key, value, createRevision, modRevision }: Entry): WireEntry => ({
  key,
  value: decoder.decode(value.bytes()),
  createRevision,
  modRevision,
});

function wireEvent(event: StoreEvent): WireEvent {
  const previous = event.previous && wireEntry(event.previous);
  const { type, revision } = event;
  if (event.type === "delete") return { type, key: event.key, revision, entry: undefined, previous };
  return { type, key: event.entry.key, revision, entry: wireEntry(event.entry), previous };
}

/** Sends together what came together. */
function watch(store: Store, { id, prefix, from }: Extract<Request, { method: "watch" }>): Subscription {
  let events: WireEvent[] = [];
  const flush = (): void => {
    if (events.length > 0) say({ type: "events", watch: id, events });
    events = [];
  };
  const onProgress = (revision: number): void => {
    flush();
    say({ type: "progress", watch: id, revision });
  };
  const end = (code: string | undefined, message: string): void => {
    flush();
    say({ type: "end", watch: id, code, message });
  };
  return store.watch(prefix, { ...(from === undefined ? {} : { from }), onProgress }).subscribe({
    next: (event) => {
      if (events.push(wireEvent(event)) === 1) queueMicrotask(flush);
    },
    error: (error: unknown) => end(codeOf(error), String(error)),
    complete: () => end(undefined, ""),
  });
}

const codeOf = (error: unknown): string => (error instanceof StoreError ? error.code : "BUG");

async function answer(store: Store, watches: Map<number, Subscription>, request: Request): Promise<unknown> {
  switch (request.method) {
    case "read": {
      const entry = await store.read(request.key);
      return entry && wireEntry(entry);
    }
    case "list": {
      const page = await store.list(request.prefix, request.options);
      return { ...page, entries: page.entries.map(wireEntry) };
    }
    case "commit": {
      const then = request.then.map((each) =>
        each.type === "put" ? { ...each, value: new TextValue(each.value) } : each,
      );
      const commit = await store.commit({ when: request.when, then });
      if (commit.succeeded) return commit;
      return { ...commit, current: commit.current.map((entry) => entry && wireEntry(entry)) };
    }
    case "compact":
      return store.compact(request.revision);
    case "revision":
      return store.revision();
    case "requestProgress":
      return store.requestProgress();
    case "close":
      return store.close();
    case "watch":
      watches.set(request.id, watch(store, request));
      return undefined;
    case "unwatch":
      return watches.get(request.watch)?.unsubscribe();
  }
}

/** Kills or stops this process at the chosen point, as if somebody else did. */
function failpointOf({ failpoint }: ProcessOptions): ((name: FailpointName) => void) | undefined {
  if (failpoint === undefined) return undefined;
  let passes = failpoint.passes;
  return (name) => {
    if (name !== failpoint.name || passes-- !== 0) return;
    process.kill(process.pid, failpoint.action === "kill" ? "SIGKILL" : "SIGSTOP");
  };
}

const options = JSON.parse(process.env[OPTIONS] ?? "") as ProcessOptions;
const failpoint = failpointOf(options);
try {
  const store = await openLogStore({
    directory: options.directory,
    clock: createRealClock(),
    historyLimit: options.historyLimit,
    checkpointAfter: options.checkpointAfter,
    ...(failpoint === undefined ? {} : { failpoint }),
  });
  const watches = new Map<number, Subscription>();
  process.on("message", (request: Request) => {
    answer(store, watches, request).then(
      (value) => say({ type: "result", id: request.id, value }),
      (error: unknown) => say({ type: "error", id: request.id, code: codeOf(error), message: String(error) }),
    );
  });
  process.on("disconnect", () => process.exit());
  say({ type: "ready" });
} catch (error) {
  say({ type: "failed", code: codeOf(error), message: String(error) });
}
