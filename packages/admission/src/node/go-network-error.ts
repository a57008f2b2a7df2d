import { isIPv6 } from "node:net";

interface NetworkError extends Error {
  readonly code?: string;
  readonly reason?: string;
  readonly hostname?: string;
}

const DIAL: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "i/o timeout",
};

const UNTRUSTED = [
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
];

/** An error of Node's sockets and TLS in Go's words, as clients of a Kubernetes API server are used to read them. */
export function goNetworkError(error: Error, target: { readonly host: string; readonly port: number }): Error {
  return new Error(textOf(error as NetworkError, target), { cause: error });
}

function textOf({ code = "", message }: NetworkError, { host, port }: { host: string; port: number }): string {
  const address = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const dial = DIAL[code];
  if (dial !== undefined) return `dial tcp ${address}: ${dial}`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `dial tcp: lookup ${host}: no such host`;
  if (code === "ECONNRESET")
    return /socket hang up/.test(message) ? "EOF" : `read tcp ${address}: read: connection reset by peer`;
  if (UNTRUSTED.includes(code)) return `${VERIFY} x509: certificate signed by unknown authority`;
  if (code === "CERT_HAS_EXPIRED") return `${VERIFY} x509: certificate has expired or is not yet valid`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `${VERIFY} x509: certificate is not valid for the requested name`;
  if (code === "EPROTO" && /wrong version number|packet length too long|http request/.test(message))
    return "http: server gave HTTP response to HTTPS client";
  return message;
}

const VERIFY = "tls: failed to verify certificate:";
