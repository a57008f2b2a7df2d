import type { Duplex } from "node:stream";
import type { StreamEndpoint } from "@pinnace/cri";
import { messageOf } from "@pinnace/errors";
import { SpdyConnection, type SpdyStream } from "./spdy-connection.ts";

type Open = (ports: readonly number[]) => Promise<StreamEndpoint>;

/**
 * Serves port-forward to a SPDY client from a runtime of the same process: each connection of the client is a pair of
 * streams (`error` and `data`) with one `requestid`.
 */
export async function serveSpdyPortForward(duplex: Duplex, open: Open): Promise<void> {
  const waiting = new Map<string, SpdyStream>();
  const gone = new AbortController();
  const connection = new SpdyConnection(duplex, "server", (stream) => {
    const { requestid = stream.headers.port ?? "", streamtype } = stream.headers;
    const other = waiting.get(requestid);
    if (!other) {
      waiting.set(requestid, stream);
      return;
    }
    waiting.delete(requestid);
    const [error, data] = streamtype === "error" ? [stream, other] : [other, stream];
    void forward(error, data, open, gone.signal);
  });
  await connection.closed;
  gone.abort();
}

async function forward(error: SpdyStream, data: SpdyStream, open: Open, signal: AbortSignal): Promise<void> {
  const port = Number(data.headers.port);
  let writing: Promise<unknown> = Promise.resolve();
  const write = (chunk: Uint8Array): void => {
    writing = Promise.all([writing, data.write(chunk)]);
  };
  const none: AsyncIterable<never> = { [Symbol.asyncIterator]: async function* () {} };
  try {
    const endpoint = await open([port]);
    if ("url" in endpoint) throw new Error("the runtime serves this port over the network only");
    const io = { stdin: data.incoming, stdout: write, stderr: () => undefined, resize: none, signal };
    const exit = await endpoint.session(io);
    if (exit.error !== undefined) throw new Error(exit.error);
  } catch (reason) {
    const text = `error forwarding port ${port} to pod: ${messageOf(reason)}`;
    await error.write(new TextEncoder().encode(text));
  }
  await writing;
  data.end();
  error.end();
}
