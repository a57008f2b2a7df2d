import type { ApiResponse } from "@pinnace/apimachinery";

const encoder = new TextEncoder();

/** Plain text, as the kubelet writes its failures; the API server turns them into Status objects. */
export function textResponse(status: number, text: string, contentType = "text/plain; charset=utf-8"): ApiResponse {
  return { status, headers: { "content-type": contentType }, body: { type: "bytes", bytes: encoder.encode(text) } };
}

export function jsonResponse(object: unknown): ApiResponse {
  let bytes: Uint8Array | undefined;
  return {
    status: 200,
    headers: { "content-type": "application/json" },
    body: {
      type: "object",
      object,
      bytes: () => {
        bytes ??= encoder.encode(JSON.stringify(object));
        return bytes;
      },
    },
  };
}

/** A failure that is answered with its status and text. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
