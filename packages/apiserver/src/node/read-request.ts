import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { ApiRequest, PeerCertificate } from "@pinnace/apimachinery";

/** The body is longer than the server takes. */
export class BodyTooLarge extends Error {}

interface ReadOptions {
  /** Bytes. */
  readonly limit: number;
  /** Asked for its signal when somebody asks for that of the request. */
  readonly abort: { readonly signal: AbortSignal };
  /** Replace those of the request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A request of Node (HTTP/1.1 or HTTP/2) as the API server takes it. */
export async function readRequest(request: IncomingMessage, options: ReadOptions): Promise<ApiRequest> {
  const url = request.url ?? "/";
  const question = url.indexOf("?");
  const own = headersOf(request);
  const headers = options.headers === undefined ? own : { ...own, ...options.headers };
  const body = await readBody(request, options.limit);
  const certificate = certificateOf(request);
  const remoteAddress = request.socket.remoteAddress;
  const protocol = request.headers.upgrade;
  const upgrades = protocol !== undefined && /upgrade/i.test(request.headers.connection ?? "");
  return {
    method: request.method ?? "GET",
    path: question < 0 ? url : url.slice(0, question),
    query: new URLSearchParams(question < 0 ? "" : url.slice(question + 1)),
    headers,
    get signal() {
      return options.abort.signal;
    },
    ...(body === undefined ? {} : { body: { bytes: body } }),
    ...(remoteAddress === undefined ? {} : { remoteAddress }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(upgrades ? { upgrade: { protocol } } : {}),
  };
}

/** HTTP/2 adds pseudo headers such as `:path`; repeated headers are joined. */
function headersOf(request: IncomingMessage): Readonly<Record<string, string>> {
  const given = request.headers;
  // Node joins repeated headers of HTTP/1.1 itself, all but this one.
  if (request.httpVersionMajor === 1 && given["set-cookie"] === undefined) return given as Record<string, string>;
  const headers: Record<string, string> = {};
  for (const name in given) {
    const value = given[name];
    if (name.startsWith(":") || value === undefined) continue;
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}

const BODILESS = new Set(["GET", "HEAD", "OPTIONS"]);

async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  if (BODILESS.has(request.method ?? "GET") || request.headers.upgrade !== undefined) return undefined;
  if (Number(request.headers["content-length"] ?? 0) > limit) throw new BodyTooLarge();
  return gather(request, limit);
}

/** By events, which cost a fraction of an asynchronous iteration. */
function gather(request: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    let ended = false;
    request.on("data", (chunk: Uint8Array) => {
      size += chunk.length;
      if (size > limit) reject(new BodyTooLarge());
      else chunks.push(chunk);
    });
    request.once("end", () => {
      ended = true;
      resolve(chunks.length > 1 ? Buffer.concat(chunks, size) : chunks[0]);
    });
    request.once("error", reject);
    request.once("close", () => {
      if (!ended) reject(new Error("the client left before the end of its request"));
    });
  });
}

const certificates = new WeakMap<object, PeerCertificate | null>();

/** The verified client certificate of the connection; read once per connection. */
function certificateOf(request: IncomingMessage): PeerCertificate | undefined {
  const socket = tlsSocket(request);
  if (socket === undefined || !socket.authorized) return undefined;
  let certificate = certificates.get(socket);
  if (certificate === undefined) {
    certificate = describe(socket);
    certificates.set(socket, certificate);
  }
  return certificate ?? undefined;
}

function describe(socket: TLSSocket): PeerCertificate | null {
  const { subject, fingerprint256 } = socket.getPeerCertificate();
  if (subject === undefined) return null;
  return {
    commonName: list(subject.CN).at(-1) ?? "",
    organizations: list(subject.O),
    ...(fingerprint256 ? { fingerprint: fingerprint256.replaceAll(":", "").toLowerCase() } : {}),
  };
}

function list(value: string | readonly string[] | undefined): string[] {
  return value === undefined ? [] : typeof value === "string" ? [value] : [...value];
}

/** The TLS connection below a request; undefined for plain HTTP. */
export function tlsSocket(request: IncomingMessage): TLSSocket | undefined {
  const session = (request as { stream?: { session?: { socket?: unknown } } }).stream?.session;
  const socket = (session?.socket ?? request.socket) as Partial<TLSSocket>;
  return socket.encrypted === true || typeof socket.getPeerCertificate === "function"
    ? (socket as TLSSocket)
    : undefined;
}
