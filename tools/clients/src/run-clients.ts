import type { Client, Family, Missing } from "./client.ts";
import { createRecorder, type Outcome, type Outcomes, STEPS } from "./steps.ts";

/** What became of one client. */
export interface ClientResult {
  readonly client: Client;
  readonly outcomes: Outcomes;
}

export interface Results {
  readonly clients: readonly ClientResult[];
  readonly missing: readonly Missing[];
}

export interface RunOptions {
  readonly kubeconfig: string;
  /** No further client begins once it is aborted. */
  readonly signal?: AbortSignal;
  /** Hears of each step as it ends. */
  heard(client: string, step: string, outcome: Outcome): void;
}

const isMissing = (found: Client | Missing): found is Missing => "why" in found;

/** `clients-kubectl-1-33` */
const namespaceOf = ({ name }: Client): string => `clients-${name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;

/** Runs the scenario through one client after the other, each in a namespace of its own. */
export async function runClients(families: readonly Family[], options: RunOptions): Promise<Results> {
  const clients: ClientResult[] = [];
  const missing: Missing[] = [];
  for (const family of families) {
    for (const found of await family.find()) {
      options.signal?.throwIfAborted();
      if (isMissing(found)) missing.push(found);
      else clients.push({ client: found, outcomes: await runClient(found, options) });
    }
  }
  return { clients, missing };
}

/** A common step that the client neither recorded nor says to lack has failed: it was lost on the way. */
export async function runClient(client: Client, { kubeconfig, heard }: RunOptions): Promise<Outcomes> {
  const recorder = createRecorder((step, outcome) => heard(client.name, step, outcome));
  let lost = "was not reached";
  try {
    await client.run({ kubeconfig, namespace: namespaceOf(client) }, recorder);
  } catch (error) {
    lost = error instanceof Error ? error.message : String(error);
  }
  for (const step of STEPS) {
    const why = client.lacks[step];
    if (recorder.outcomes.has(step)) continue;
    recorder.record(step, why === undefined ? { kind: "failed", why: lost } : { kind: "not run", why });
  }
  return recorder.outcomes;
}

/** How many steps failed. */
export function countFailures({ clients }: Results): number {
  return clients.flatMap(({ outcomes }) => [...outcomes.values()]).filter(({ kind }) => kind === "failed").length;
}
