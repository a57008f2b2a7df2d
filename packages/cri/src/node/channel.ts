import { Client, type ClientReadableStream, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { messageOf } from "@pinnace/errors";
import { CriError, type CriErrorCode } from "../cri-error.ts";
import { type Codec, createCodec, type Fields } from "./codec.ts";

/** A gRPC connection to one Unix socket. It reconnects by itself. */
export interface Channel {
  /** One call. `timeout` in milliseconds; 0 for none. Rejects with {@link CriError}. */
  call(method: string, request: string, response: string, fields: Fields, timeout?: number): Promise<Fields>;
  /** A call that the server answers with a stream of messages. */
  stream(method: string, request: string, fields: Fields, metadata: Readonly<Record<string, string>>): Stream;
  readonly codec: Codec;
  close(): void;
}

interface Stream {
  onMessage(listener: (bytes: Uint8Array) => void): void;
  /** Called once, when the stream is over. */
  onEnd(listener: (error: CriError | undefined) => void): void;
  cancel(): void;
}

const CODES: Readonly<Record<number, CriErrorCode>> = {
  [status.NOT_FOUND]: "NOT_FOUND",
  [status.DEADLINE_EXCEEDED]: "DEADLINE_EXCEEDED",
  [status.UNAVAILABLE]: "UNAVAILABLE",
  [status.UNIMPLEMENTED]: "UNIMPLEMENTED",
};

function toCriError(error: ServiceError): CriError {
  return new CriError(CODES[error.code] ?? "UNKNOWN", error.details || messageOf(error), { cause: error });
}

const passBytes = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function openChannel(socketPath: string, now: () => number): Channel {
  const codec = createCodec();
  const client = new Client(`unix://${socketPath}`, credentials.createInsecure(), {
    "grpc.default_authority": "localhost",
    "grpc.max_receive_message_length": 64 * 1024 * 1024,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 2_000,
    "grpc.enable_channelz": 0,
  });
  return {
    codec,
    call: (method, request, response, fields, timeout = 120_000) =>
      new Promise((resolve, reject) => {
        const options = timeout > 0 ? { deadline: now() + timeout } : {};
        const encode = (value: Fields): Buffer => passBytes(codec.encode(request, value));
        const decode = (bytes: Buffer): Fields => codec.decode(response, bytes);
        client.makeUnaryRequest(method, encode, decode, fields, new Metadata(), options, (error, value) => {
          if (error !== null) reject(toCriError(error));
          else resolve(value!);
        });
      }),
    stream(method, request, fields, metadata) {
      const headers = new Metadata();
      for (const [name, value] of Object.entries(metadata)) headers.set(name, value);
      const encode = (value: Fields): Buffer => passBytes(codec.encode(request, value));
      return wrap(client.makeServerStreamRequest(method, encode, (bytes: Buffer) => bytes, fields, headers));
    },
    close: () => client.close(),
  };
}

function wrap(call: ClientReadableStream<Buffer>): Stream {
  let failure: CriError | undefined;
  call.on("error", (error: ServiceError) => {
    failure = toCriError(error);
  });
  return {
    onMessage: (listener) => void call.on("data", listener),
    onEnd: (listener) => void call.on("close", () => listener(failure)),
    cancel: () => call.cancel(),
  };
}
