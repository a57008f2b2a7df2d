import {
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  connectivityState,
  credentials,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import type { Clock } from "@pinnace/clock";
import { messageOf } from "@pinnace/errors";
import { StoreError } from "@pinnace/store";
import { type WatchRequest, type WatchResponse, watchRequest, watchResponse } from "../protocol/messages.ts";
import { type Method, WATCH_PATH } from "../protocol/methods.ts";
import { type Failure, failureOf } from "./etcd-error.ts";

/** PEM texts. */
export interface EtcdTls {
  /** Who signed the servers' certificates; absent: those whom the system trusts. */
  readonly ca?: string;
  /** The client's certificate, for servers that ask for one. */
  readonly certificate?: string;
  readonly key?: string;
}

/** What became of one attempt of a call. */
export type Attempt<Response> =
  | { readonly ok: true; readonly response: Response }
  | { readonly ok: false; readonly failure: Failure };

interface CallOptions {
  /** Milliseconds until the answer must be there. */
  readonly timeout: number;
  /** Milliseconds until the connection must be there. */
  readonly dialTimeout: number;
  readonly token: string | undefined;
}

/** A stream of a watch. */
export type WatchStream = ClientDuplexStream<WatchRequest, WatchResponse>;

const CHANNEL_OPTIONS = {
  "grpc.enable_channelz": 0,
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1_000,
  // A member that does not answer pings is given up; etcd takes one every five seconds at most.
  "grpc.keepalive_time_ms": 10_000,
  "grpc.keepalive_timeout_ms": 5_000,
} as const;

/** What callers use of an {@link Endpoint}. */
export type Member = Pick<Endpoint, "url" | "call" | "connect" | "watch" | "close">;

/** One member of etcd. Connects when it is used for the first time, and again by itself. */
export class Endpoint {
  readonly url: string;
  readonly #client: Client;
  readonly #clock: Clock;

  /** Throws `INVALID` for what is no URL of an endpoint, or no certificate. */
  constructor(url: string, tls: EtcdTls | undefined, clock: Clock) {
    const { host, secure } = parse(url);
    this.url = url;
    this.#clock = clock;
    this.#client = new Client(host, secure ? secured(tls) : credentials.createInsecure(), CHANNEL_OPTIONS);
  }

  /** One attempt of a call. It is sent at most once, and only over a connection that stands. */
  async call<Request, Response>(
    method: Method<Request, Response>,
    message: Request,
    options: CallOptions,
  ): Promise<Attempt<Response>> {
    const refusal = await this.connect(options.dialTimeout);
    if (refusal !== undefined) return { ok: false, failure: refusal };
    return this.#send(method, message, options);
  }

  /** Resolves when the connection stands, or with why it does not. */
  async connect(timeout: number): Promise<Failure | undefined> {
    const channel = this.#client.getChannel();
    const deadline = this.#clock.now() + timeout;
    for (;;) {
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) return undefined;
      if (state === connectivityState.SHUTDOWN) return this.#failure(new Error("the connection is closed"));
      if (state === connectivityState.TRANSIENT_FAILURE) return this.#lastFailure();
      const changed = await new Promise<boolean>((resolve) =>
        channel.watchConnectivityState(state, deadline, (error) => resolve(error === undefined)),
      );
      if (!changed) return this.#failure(new Error(`no connection within ${timeout / 1000} s`));
    }
  }

  /** A watch over a connection that stands. */
  watch(token: string | undefined): WatchStream {
    return this.#client.makeBidiStreamRequest<WatchRequest, WatchResponse>(
      WATCH_PATH,
      (message) => asBuffer(watchRequest.encode(message)),
      (bytes) => watchResponse.decode(bytes),
      metadata(token),
    );
  }

  close(): void {
    this.#client.close();
  }

  #send<Request, Response>(
    { path, request, response }: Method<Request, Response>,
    message: Request,
    { timeout, token }: CallOptions,
  ): Promise<Attempt<Response>> {
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest<Request, Response>(
        path,
        (value) => asBuffer(request.encode(value as Partial<Request>)),
        (bytes) => response.decode(bytes),
        message,
        metadata(token),
        { deadline: this.#clock.now() + timeout },
        (error, value) => {
          if (error === null) resolve({ ok: true, response: value as Response });
          else resolve({ ok: false, failure: failureOf(error, this.url, true) });
        },
      );
    });
  }

  /** The channel keeps the reason to itself; a call that it does not even try tells. */
  async #lastFailure(): Promise<Failure> {
    const error = await new Promise<ServiceError | null>((resolve) => {
      const passBytes = (bytes: Buffer): Buffer => bytes;
      this.#client.makeUnaryRequest("/", passBytes, passBytes, Buffer.alloc(0), (reason) => resolve(reason));
    });
    return this.#failure(error ?? new Error("the connection failed"));
  }

  #failure(cause: Error): Failure {
    const text = messageOf((cause as Partial<ServiceError>).details ?? cause);
    const remedy = "Check address and certificates, and that it is etcd.";
    const message = `etcd at ${this.url} cannot be reached: ${reasonOf(text)}`;
    return { kind: "elsewhere", error: new StoreError("UNAVAILABLE", message, { cause, remedy }) };
  }
}

/** What of gRPC's and OpenSSL's messages tells a person something. */
export function reasonOf(text: string): string {
  const last = /Last error: (?:Error: )?(.*?)(?:\. Resolution note.*)?$/s.exec(text)?.[1] ?? text;
  const openSsl = /:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/.exec(last)?.[1];
  return openSsl ?? last.replace(/ \(\d{4}-[\d-]+T[\d:.]+Z\)$/, "").trim();
}

function metadata(token: string | undefined): Metadata {
  const headers = new Metadata();
  // A member that is cut off from the others says so instead of waiting.
  headers.set("hasleader", "true");
  if (token !== undefined) headers.set("token", token);
  return headers;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function parse(url: string): { readonly host: string; readonly secure: boolean } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const secure = parsed?.protocol === "https:";
  if (parsed === undefined || parsed.hostname === "" || !(secure || parsed.protocol === "http:"))
    throw new StoreError("INVALID", `"${url}" is no URL of an etcd server`, {
      remedy: "Give one such as https://10.0.0.1:2379.",
    });
  return { host: `${parsed.hostname}:${parsed.port === "" ? (secure ? 443 : 80) : parsed.port}`, secure };
}

function secured(tls: EtcdTls | undefined): ChannelCredentials {
  const pem = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));
  try {
    return credentials.createSsl(pem(tls?.ca), pem(tls?.key), pem(tls?.certificate));
  } catch (cause) {
    throw new StoreError("INVALID", `the certificates for etcd cannot be used: ${messageOf(cause)}`, { cause });
  }
}
