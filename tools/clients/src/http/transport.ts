import type { ClusterConnection } from "@pinnace/kubeconfig";

/** One request, as a user of curl writes it. */
export interface RawRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sent instead of the client certificate. */
  readonly token?: string;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A way to send HTTP requests to one server. */
export interface RawTransport {
  /** `HTTP/1.1` or `HTTP/2` */
  readonly protocol: string;
  send(request: RawRequest): Promise<RawResponse>;
  /** Sends a request and yields the body's lines as they come; ends with the body or when the caller stops. */
  lines(request: RawRequest): AsyncIterable<string>;
  close(): void;
}

/** TLS settings of Node from what a kubeconfig says. */
export function tlsOf(connection: ClusterConnection, withCertificate: boolean): Record<string, string> {
  const { ca, clientCertificate, clientKey } = connection;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(withCertificate && clientCertificate !== undefined ? { cert: clientCertificate } : {}),
    ...(withCertificate && clientKey !== undefined ? { key: clientKey } : {}),
  };
}

/** Headers of a request, with what curl would add. */
export function headersOf({ headers, token }: RawRequest, connection: ClusterConnection): Record<string, string> {
  const bearer = token ?? connection.token;
  return {
    accept: "application/json",
    ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    ...headers,
  };
}

/** Splits a stream of text into lines. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncIterable<string> {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
