import { type Client, runAsLeader } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import type { Logger } from "@pinnace/logging";

/** What runs in one process of several at a time. */
interface Elected {
  /** The Lease in kube-system: `kube-scheduler`. */
  readonly name: string;
  start(): Promise<void> | void;
  stop(): Promise<void>;
}

interface Election {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  /** Unique among the candidates. */
  readonly identity: string;
  /** Called when the lease was lost, or the start failed; what was started has been stopped by then. */
  readonly onLost: (error: unknown) => void;
}

/** Starts what is elected once its lease is held. The function that is returned stops it and gives the lease up. */
export function startWhenElected({ onLost, ...candidate }: Election, elected: Elected): () => Promise<void> {
  const stopping = new AbortController();
  const lead = async (signal: AbortSignal): Promise<void> => {
    try {
      await elected.start();
      await aborted(signal);
    } finally {
      await elected.stop();
    }
  };
  const ended = runAsLeader({ ...candidate, name: elected.name }, lead, stopping.signal).catch(onLost);
  return async () => {
    stopping.abort();
    await ended;
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
