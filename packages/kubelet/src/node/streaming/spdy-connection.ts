import type { Duplex } from "node:stream";
import { ByteQueue } from "./byte-queue.ts";
import { HeaderReader, type SpdyFrame, type SpdyHeaders, SpdyParser, SpdyWriter } from "./spdy-frames.ts";

/** One stream of a connection. Both sides end theirs by themselves. */
export interface SpdyStream {
  readonly id: number;
  readonly headers: SpdyHeaders;
  /** What the other side sends, until it ends its side or the connection is lost. */
  readonly incoming: AsyncIterable<Uint8Array>;
  /** Resolves when there is room for more. */
  write(chunk: Uint8Array): Promise<void>;
  /** Ends this side. */
  end(): void;
  reset(): void;
}

const REFUSED = 3;
const CANCEL = 5;

/**
 * SPDY/3.1 as Go's spdystream speaks it, over any byte stream: no flow control windows (it never updates them), the
 * socket itself is paused instead.
 */
export class SpdyConnection {
  /** Resolves when the connection is over, for whatever reason. */
  readonly closed: Promise<void>;
  readonly #duplex: Duplex;
  readonly #server: boolean;
  readonly #parser = new SpdyParser();
  readonly #reader = new HeaderReader();
  readonly #writer = new SpdyWriter();
  readonly #streams = new Map<number, OpenStream>();
  readonly #onStream: (stream: SpdyStream) => void;
  #nextId: number;
  #lastRemoteId = 0;
  #paused = 0;
  /** Unresolved while a reader is too slow: nothing more is read from the socket then. */
  #gate: PromiseWithResolvers<void> | undefined;
  #drain: Promise<void> | undefined;

  /** `onStream` is called for each stream that the other side opens; a client that expects none leaves it out. */
  constructor(duplex: Duplex, role: "server" | "client", onStream?: (stream: SpdyStream) => void) {
    this.#duplex = duplex;
    this.#server = role === "server";
    this.#nextId = this.#server ? 2 : 1;
    this.#onStream = onStream ?? ((stream) => stream.reset());
    this.closed = this.#run();
  }

  /** Opens a stream; the other side's reply is not waited for. */
  open(headers: SpdyHeaders): SpdyStream {
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = this.#add(id, headers);
    this.#duplex.write(this.#writer.synStream(id, headers, false));
    return stream;
  }

  /** Says good-bye and ends the connection once everything is written. */
  close(): void {
    if (this.#duplex.writable) this.#duplex.end(this.#writer.goAway(this.#lastRemoteId));
  }

  destroy(): void {
    this.#duplex.destroy();
  }

  async #run(): Promise<void> {
    try {
      for await (const chunk of this.#duplex) {
        for (const frame of this.#parser.push(chunk as Uint8Array)) await this.#handle(frame);
        await this.#gate?.promise;
      }
    } catch {
      // A connection that breaks ends its streams below; there is nobody to tell.
    } finally {
      for (const stream of this.#streams.values()) stream.incoming.end();
      this.#reader.close();
      this.#duplex.destroy();
    }
  }

  async #handle(frame: SpdyFrame): Promise<void> {
    switch (frame.type) {
      case "syn-stream":
        return this.#accept(frame.id, await this.#reader.read(frame.headers), frame.fin);
      case "syn-reply":
      case "headers":
        await this.#reader.read(frame.headers);
        if (frame.fin) this.#streams.get(frame.id)?.incoming.end();
        return;
      case "data": {
        const stream = this.#streams.get(frame.id);
        stream?.incoming.push(Buffer.from(frame.data));
        if (frame.fin) stream?.incoming.end();
        return;
      }
      case "reset":
        this.#streams.get(frame.id)?.incoming.end();
        this.#streams.delete(frame.id);
        return;
      case "ping":
        if ((frame.id % 2 === 1) === this.#server) this.#duplex.write(this.#writer.ping(frame.id));
        return;
      case "goaway":
      case "other":
        return;
    }
  }

  #accept(id: number, headers: SpdyHeaders, fin: boolean): void {
    if (id <= this.#lastRemoteId) {
      this.#duplex.write(this.#writer.reset(id, REFUSED));
      return;
    }
    this.#lastRemoteId = id;
    const stream = this.#add(id, headers);
    if (fin) stream.incoming.end();
    this.#duplex.write(this.#writer.synReply(id, {}));
    this.#onStream(stream);
  }

  #add(id: number, headers: SpdyHeaders): OpenStream {
    const incoming = new ByteQueue((paused) => this.#press(paused));
    const stream: OpenStream = {
      id,
      headers,
      incoming,
      write: (chunk) => this.#write(id, chunk),
      end: () => {
        if (this.#duplex.writable)
          for (const frame of this.#writer.data(id, new Uint8Array(), true)) this.#duplex.write(frame);
      },
      reset: () => {
        if (this.#duplex.writable) this.#duplex.write(this.#writer.reset(id, CANCEL));
        incoming.end();
        this.#streams.delete(id);
      },
    };
    this.#streams.set(id, stream);
    return stream;
  }

  async #write(id: number, chunk: Uint8Array): Promise<void> {
    if (!this.#duplex.writable || chunk.length === 0) return;
    let free = true;
    for (const frame of this.#writer.data(id, chunk, false)) free = this.#duplex.write(frame);
    if (free) return;
    this.#drain ??= this.#whenDrained();
    await this.#drain;
  }

  /** One wait for all writers. */
  async #whenDrained(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#duplex.once("drain", resolve);
    this.#duplex.once("close", resolve);
    await promise;
    this.#duplex.off("drain", resolve);
    this.#duplex.off("close", resolve);
    this.#drain = undefined;
  }

  #press(paused: boolean): void {
    this.#paused += paused ? 1 : -1;
    if (this.#paused > 0) this.#gate ??= Promise.withResolvers();
    else {
      this.#gate?.resolve();
      this.#gate = undefined;
    }
  }
}

interface OpenStream extends SpdyStream {
  readonly incoming: ByteQueue;
}
