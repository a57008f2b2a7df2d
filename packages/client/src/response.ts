import type { ApiResponse, Status } from "@pinnace/apimachinery";
import { StatusError } from "@pinnace/apimachinery";
import type { RawResponse } from "./client.ts";

/** The object of an answer; throws the {@link StatusError} that a status of 400 or more stands for. */
export async function objectOf(response: ApiResponse): Promise<unknown> {
  const object = await decoded(response);
  if (response.status >= 400) throw await failureOf(response, object);
  return object;
}

/** The failure that a response with a status of 400 or more stands for. */
export async function failureOf(response: ApiResponse, object?: unknown): Promise<StatusError> {
  const status = object ?? (await decoded(response));
  if (isStatus(status)) return StatusError.from({ ...status, code: status.code ?? response.status });
  const text = new TextDecoder().decode(await bytesOf(response)).trim();
  return new StatusError(
    response.status,
    genericReason(response.status),
    text || `the server answered ${response.status}`,
  );
}

/** True when the value is a meta/v1 Status. */
export function isStatus(value: unknown): value is Status {
  return typeof value === "object" && value !== null && (value as Status).kind === "Status";
}

/** A response as {@link RawResponse} gives it. */
export async function rawResponse(response: ApiResponse): Promise<RawResponse> {
  if (response.status >= 400) throw await failureOf(response);
  const streamed = response.body.type === "stream" || response.body.type === "watch";
  return {
    status: response.status,
    headers: response.headers,
    object: streamed ? undefined : await decoded(response),
    bytes: () => bytesOf(response),
    chunks: () => chunksOf(response),
  };
}

async function decoded(response: ApiResponse): Promise<unknown> {
  const { body } = response;
  if (body.type === "object") return body.object;
  if (body.type === "bytes" && response.headers["content-type"]?.includes("json"))
    return JSON.parse(new TextDecoder().decode(body.bytes));
  return undefined;
}

async function bytesOf(response: ApiResponse): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(response)) {
    parts.push(chunk);
    length += chunk.length;
  }
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

async function* chunksOf(response: ApiResponse): AsyncIterable<Uint8Array> {
  const { body } = response;
  if (body.type === "object") yield body.bytes();
  else if (body.type === "bytes") yield body.bytes;
  else if (body.type === "stream") yield* body.chunks;
  else if (body.type === "watch") throw new TypeError("a watch is read with ResourceClient.watch, not as chunks");
}

function genericReason(code: number): StatusError["reason"] {
  switch (code) {
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 409:
      return "Conflict";
    case 429:
      return "TooManyRequests";
    case 503:
      return "ServiceUnavailable";
    default:
      return code >= 500 ? "InternalError" : "BadRequest";
  }
}
