import type { IncomingMessage } from "node:http";
import type { ApiResponse } from "@pinnace/apimachinery";
import { type StatusError, statusErrorOf, tooLarge, unauthorized } from "@pinnace/apimachinery";
import { JSON_OUTPUT } from "../media/negotiation.ts";
import { objectResponse } from "../media/responses.ts";
import { tlsSocket } from "./read-request.ts";

/** 401 when the client showed a certificate that the cluster's CA did not sign or that is no longer valid. */
export function unauthorizedCertificate(request: IncomingMessage): ApiResponse | undefined {
  const socket = tlsSocket(request);
  if (socket === undefined || socket.authorized || withoutCertificate.has(socket)) return undefined;
  if (socket.getPeerCertificate()?.subject !== undefined) return statusResponse(unauthorized());
  withoutCertificate.add(socket);
  return undefined;
}

/** Connections of which it is known: each is asked once. */
const withoutCertificate = new WeakSet<object>();

export function tooLargeResponse(limit: number): ApiResponse {
  return statusResponse(tooLarge(`limit is ${limit}`));
}

export function failedResponse(error: unknown): ApiResponse {
  return statusResponse(statusErrorOf(error));
}

function statusResponse(error: StatusError): ApiResponse {
  return objectResponse(error.code, error.status, JSON_OUTPUT);
}
