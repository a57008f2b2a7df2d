import type { ApiResponse } from "@pinnace/apimachinery";

/** The whole body of an answer that is no watch. */
export async function bytesOf({ body }: ApiResponse): Promise<Uint8Array> {
  if (body.type === "bytes") return body.bytes;
  if (body.type === "object") return body.bytes();
  if (body.type !== "stream") return new Uint8Array();
  const parts: Uint8Array[] = [];
  for await (const chunk of body.chunks) parts.push(chunk);
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
