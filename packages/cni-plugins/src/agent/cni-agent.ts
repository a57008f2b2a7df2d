import { chmod, unlink } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { CodedError } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";
import { type CniAnswer, type CniPlugins, dispatchCni } from "./dispatch.ts";
import { createTurns } from "./turns.ts";

export interface CniAgentComponents {
  /** By their `type`; `loopback` belongs to them when a containerd is to use the agent. */
  readonly plugins: CniPlugins;
  readonly logger: Logger;
}

export interface CniAgentOptions {
  /** A Unix socket that only root can reach; at most 107 bytes. A file that a dead agent left there is replaced. */
  readonly socketPath: string;
}

/** Serves the calls that the shims of a CNI binary directory forward. */
export interface CniAgent {
  /** Listens. Rejects with `SOCKET_IN_USE` when another agent serves the socket. */
  start(): Promise<void>;
  /** Aborts what is under way, and removes the socket. */
  stop(): Promise<void>;
}

const MOST_REQUEST_BYTES = 4 * 1024 * 1024;

/** Runs the plugins in this process; calls for one attachment are served one after the other. */
export function createCniAgent({ plugins, logger }: CniAgentComponents, { socketPath }: CniAgentOptions): CniAgent {
  const sockets = new Set<Socket>();
  const stopping = new AbortController();
  const inTurn = createTurns();
  const serve = async (socket: Socket): Promise<void> => {
    const { environment, input } = parseShimRequest(await readAll(socket));
    const { CNI_COMMAND: command, CNI_CONTAINERID: container = "", CNI_IFNAME: ifname = "" } = environment;
    const answer = await inTurn(`${container}/${ifname}`, () =>
      dispatchCni(plugins, { environment, input }, stopping.signal),
    );
    if (answer.exitCode !== 0) logger.warn("CNI call failed", { command, container, ifname, error: answer.output });
    send(socket, answer);
  };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", (error) => logger.debug("CNI caller went away", { error }));
    serve(socket).catch((error: unknown) => {
      logger.warn("CNI call cannot be read", { error });
      socket.destroy();
    });
  });
  return {
    async start() {
      await listen(server, socketPath);
      await chmod(socketPath, 0o600);
    },
    async stop() {
      stopping.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function send(socket: Socket, { exitCode, output }: CniAnswer): void {
  socket.end(Buffer.concat([Uint8Array.of(exitCode), Buffer.from(output)]));
}

async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MOST_REQUEST_BYTES) throw new CodedError("REQUEST_TOO_LARGE", `more than ${MOST_REQUEST_BYTES} bytes`);
  }
  return Buffer.concat(chunks);
}

/** `NAME=value\0...\0` and one more NUL, then the input: what `shimProgram` sends. */
function parseShimRequest(bytes: Buffer): { environment: Record<string, string>; input: string } {
  const end = bytes[0] === 0 ? 0 : bytes.indexOf("\0\0") + 1;
  if (bytes[end] !== 0) throw new CodedError("REQUEST_INVALID", "the environment does not end");
  const environment: Record<string, string> = {};
  for (const entry of bytes.toString("utf8", 0, end).split("\0")) {
    const at = entry.indexOf("=");
    if (at > 0) environment[entry.slice(0, at)] = entry.slice(at + 1);
  }
  return { environment, input: bytes.toString("utf8", end + 1) };
}

async function listen(server: Server, path: string): Promise<void> {
  try {
    await listenOnce(server, path);
  } catch (error) {
    if ((error as { code?: string }).code !== "EADDRINUSE") throw error;
    if (await isServed(path)) throw new CodedError("SOCKET_IN_USE", `another network agent serves ${path}`);
    await unlink(path);
    await listenOnce(server, path);
  }
}

function listenOnce(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
