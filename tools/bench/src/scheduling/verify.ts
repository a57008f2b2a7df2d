import type { ClusterCalls, SeenPod } from "./cluster-calls.ts";
import type { PodLedger } from "./pod-ledger.ts";

interface SeenNode {
  readonly metadata: { readonly name: string };
  readonly status: { readonly allocatable?: Readonly<Record<string, string>> };
}

const PAGE = 500;
const FACTORS: Readonly<Record<string, number>> = {
  ...{ "": 1, m: 0.001, k: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

/** The number that a quantity stands for, as benchmarks write them. */
export function amountOf(quantity: string): number {
  const [, digits = "", unit = ""] = /^([0-9.]+)([a-zA-Z]*)$/.exec(quantity) ?? [];
  const factor = FACTORS[unit];
  if (digits === "" || factor === undefined) throw new Error(`${JSON.stringify(quantity)} is no quantity`);
  return Number(digits) * factor;
}

async function* listed<T>(calls: ClusterCalls, path: string): AsyncIterable<T> {
  let token = "";
  do {
    const query = `limit=${PAGE}${token === "" ? "" : `&continue=${encodeURIComponent(token)}`}`;
    const page = (await calls.call("GET", `${path}?${query}`)) as {
      readonly items: readonly T[];
      readonly metadata: { readonly continue?: string };
    };
    yield* page.items;
    token = page.metadata.continue ?? "";
  } while (token !== "");
}

/**
 * Reads everything back: each pod of the prefix is on the node where it was seen, all of them are there, and no node has
 * more than it can take. Throws otherwise.
 */
export async function verify(calls: ClusterCalls, ledger: PodLedger, prefix: string, count: number): Promise<void> {
  const used = new Map<string, Record<string, number>>();
  let found = 0;
  for await (const pod of listed<SeenPod>(calls, "/api/v1/pods")) {
    const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
    const { nodeName } = pod.spec;
    if (key.startsWith(prefix)) {
      found += 1;
      if (nodeName === undefined) throw new Error(`pod ${key} is on no node`);
      if (ledger.nodeOf(key) !== nodeName) throw new Error(`pod ${key} is on ${nodeName}, not where it was seen`);
    }
    if (nodeName !== undefined) add(used, nodeName, pod);
  }
  ledger.requireSound();
  if (found !== count) throw new Error(`${count} pods were asked for and ${found} are there`);
  for await (const node of listed<SeenNode>(calls, "/api/v1/nodes")) {
    for (const [resource, amount] of Object.entries(used.get(node.metadata.name) ?? {})) {
      const most = amountOf(node.status.allocatable?.[resource] ?? "0");
      // Sums of tenths of a CPU do not come out even.
      if (amount > most + 1e-6)
        throw new Error(`node ${node.metadata.name} has ${amount} ${resource} of ${most} in use`);
    }
  }
}

function add(used: Map<string, Record<string, number>>, nodeName: string, { spec }: SeenPod): void {
  const sums = used.get(nodeName) ?? { pods: 0 };
  sums.pods = (sums.pods ?? 0) + 1;
  for (const { resources } of spec.containers) {
    for (const [resource, amount] of Object.entries(resources?.requests ?? {})) {
      sums[resource] = (sums[resource] ?? 0) + amountOf(amount);
    }
  }
  used.set(nodeName, sums);
}
