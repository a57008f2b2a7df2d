import type { StreamExit, StreamIo } from "@pinnace/cri";
import { messageOf } from "@pinnace/errors";
import type { StreamRequest } from "../contract.ts";

/**
 * What a caller of the same process passes to `UpgradeBody.handle` instead of a socket: byte streams, no protocol. It
 * reaches containers whose runtime lives in the process too (simulated ones).
 */
export interface LocalConnection {
  readonly local: true;
  readonly io: StreamIo;
  /** The port to reach, for port-forward. */
  readonly port?: number;
  /** Called once, when the stream has ended. */
  ended(exit: StreamExit): void;
}

export function isLocalConnection(connection: unknown): connection is LocalConnection {
  return typeof connection === "object" && connection !== null && (connection as { local?: unknown }).local === true;
}

/** Serves a stream to a caller of the same process. */
export function serveLocally(connection: LocalConnection, stream: StreamRequest): void {
  void run(connection, stream).then(
    (exit) => connection.ended(exit),
    (error: unknown) => connection.ended({ exitCode: 1, error: messageOf(error) }),
  );
}

async function run({ io, port }: LocalConnection, stream: StreamRequest): Promise<StreamExit> {
  const endpoint = stream.kind === "portforward" ? await stream.open([port ?? 0]) : await stream.open();
  if ("url" in endpoint) return { exitCode: 1, error: "the runtime serves this stream over the network only" };
  return endpoint.session(io);
}
