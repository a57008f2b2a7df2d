/** A process of its own that makes nodes and pods over HTTPS and prints the {@link SimulationResult} as JSON. */
import type { LoadTarget } from "../load/connection.ts";
import { httpsCalls, openWatch } from "../scheduling/https-calls.ts";
import { makeNode, makePod, PLAIN } from "../scheduling/objects.ts";
import { inParallel } from "../scheduling/run-workload.ts";

/** How many of both. */
export interface SimulationJob {
  readonly target: LoadTarget;
  readonly nodes: number;
  readonly pods: number;
}

/** Milliseconds. */
export interface SimulationResult {
  /** From the request for the first node until all were Ready. */
  readonly nodesReady: number;
  /** From the request for the first pod until all were Running. */
  readonly podsRunning: number;
}

interface SeenNode {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly taints?: readonly object[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface SeenStatus {
  readonly metadata: { readonly name: string };
  readonly status: { readonly phase?: string };
}

/** Says of things by name when so many of them are as they should be. */
class Gathering {
  readonly #names = new Set<string>();
  readonly #wanted: number;
  readonly #all = Promise.withResolvers<number>();
  /** When the last of them came. */
  readonly complete: Promise<number> = this.#all.promise;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  add(name: string): void {
    this.#names.add(name);
    if (this.#names.size === this.#wanted) this.#all.resolve(performance.now());
  }
}

const CONNECTIONS = 32;
const PREFIX = "bench-";

const { target, nodes, pods } = JSON.parse(process.argv[2] ?? "") as SimulationJob;
const calls = await httpsCalls(target, CONNECTIONS);
const [ready, running] = [new Gathering(nodes), new Gathering(pods)];

await openWatch(target, "/api/v1/nodes?watch=1", (_type, object) => {
  const { metadata, spec, status } = object as SeenNode;
  const isReady = status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");
  // A node with the taint of a new one takes no pods yet.
  if (metadata.name.startsWith(PREFIX) && isReady && !spec.taints?.length) ready.add(metadata.name);
});
await openWatch(target, "/api/v1/namespaces/default/pods?watch=1", (_type, object) => {
  const { metadata, status } = object as SeenStatus;
  if (metadata.name.startsWith(PREFIX) && status.phase === "Running") running.add(metadata.name);
});

const begin = performance.now();
await inParallel(nodes, async (index) => {
  const node = makeNode(`${PREFIX}${index}`, index) as { status: { conditions?: unknown } };
  // Whoever runs the node says whether it is ready.
  delete node.status.conditions;
  await calls.call("POST", "/api/v1/nodes", node);
});
const nodesReady = (await ready.complete) - begin;
const then = performance.now();
await inParallel(pods, async (index) => {
  await calls.call("POST", "/api/v1/namespaces/default/pods", makePod(`${PREFIX}${index}`, PLAIN));
});
const podsRunning = (await running.complete) - then;
await calls.close();
process.stdout.write(`${JSON.stringify({ nodesReady, podsRunning } satisfies SimulationResult)}\n`, () =>
  process.exit(0),
);
