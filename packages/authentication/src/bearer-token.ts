import type { ApiRequest } from "@pinnace/apimachinery";

const PROTOCOL_PREFIX = "base64url.bearer.authorization.k8s.io.";

/** The bearer token of a request, or why what stands there is none. `undefined`: the request carries no token. */
type BearerToken = { readonly token: string } | { readonly invalid: string } | undefined;

/**
 * Reads `Authorization: Bearer <token>` (the scheme in any case), and for WebSocket upgrades the subprotocol
 * `base64url.bearer.authorization.k8s.io.<token>` that browsers send because they cannot set headers.
 */
export function bearerToken(request: ApiRequest): BearerToken {
  return fromHeader(request.headers.authorization) ?? fromProtocol(request);
}

function fromHeader(header: string | undefined): BearerToken {
  const [scheme, token] = (header ?? "").trim().split(" ");
  if (scheme?.toLowerCase() !== "bearer" || !token) return undefined;
  return { token };
}

function fromProtocol(request: ApiRequest): BearerToken {
  if (request.upgrade === undefined && request.headers.upgrade?.toLowerCase() !== "websocket") return undefined;
  const protocols = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((protocol) => protocol.trim());
  const bearers = protocols.filter((protocol) => protocol.startsWith(PROTOCOL_PREFIX));
  if (bearers.length === 0) return undefined;
  if (bearers.length > 1) return { invalid: "multiple base64.bearer.authorization tokens specified" };
  if (protocols.length === 1) return { invalid: "missing additional subprotocol" };
  const token = decodeBase64Url(bearers[0]?.slice(PROTOCOL_PREFIX.length) ?? "");
  return token === undefined ? { invalid: "invalid base64.bearer.authorization token encoding" } : { token };
}

function decodeBase64Url(text: string): string | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
