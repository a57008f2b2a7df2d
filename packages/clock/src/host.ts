/** What this package takes from its host, the same in Node, Deno, Bun, browsers and workers. */
interface Host {
  setTimeout(callback: () => void, delay: number): unknown;
  clearTimeout(handle: unknown): void;
  queueMicrotask(callback: () => void): void;
  readonly performance: { now(): number };
  readonly Date: { now(): number };
  readonly MessageChannel?: new () => { readonly port1: Port; readonly port2: Port };
}

interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
}

/** What only some hosts have. */
type Extras = { readonly [Name in "setImmediate"]?: (callback: () => void) => unknown };

export const host: Host & Extras = globalThis as unknown as Host & Extras;

/** Lets an error surface the way the host reports uncaught errors, without stopping the caller. */
export function reportUncaught(error: unknown): void {
  host.queueMicrotask(() => {
    throw error;
  });
}

/**
 * Resolves in a later macrotask; every microtask that is queued before it, and all those that these queue, have run by
 * then. `setImmediate` where it exists; else a message port, because browsers hold nested timeouts back for 4 ms.
 */
export function nextMacrotask(): Promise<void> {
  return new Promise(postMacrotask);
}

/** Calls back in a later macrotask, as soon as the host can. */
export const postMacrotask: (callback: () => void) => void = choosePoster();

function choosePoster(): (callback: () => void) => void {
  if (host.setImmediate !== undefined) return (callback) => void host.setImmediate?.(callback);
  if (host.MessageChannel === undefined) return (callback) => void host.setTimeout(callback, 0);
  const { port1, port2 } = new host.MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    port2.postMessage(undefined);
  };
}
