import { createCipheriv, createDecipheriv } from "node:crypto";
import { BackupError } from "./backup-error.ts";

const CHUNK = 64 << 10;
const TAG_LENGTH = 16;
const SEALED_CHUNK = CHUNK + TAG_LENGTH;

/**
 * Encrypts a stream with AES-256-GCM in chunks (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO
 * 2015): the nonce has the chunk's number and whether it is the last one, so chunks can be neither changed, reordered,
 * left out, nor cut off at the end. The key must be of this stream alone.
 */
export async function* seal(plain: AsyncIterable<Uint8Array>, key: Buffer): AsyncGenerator<Buffer> {
  let number = 0;
  for await (const { bytes, isLast } of chunks(plain, CHUNK)) {
    const cipher = createCipheriv("aes-256-gcm", key, nonce(number++, isLast));
    yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  }
}

/** Reverses {@link seal}; throws `DAMAGED`. Nothing is handed on that was not authenticated. */
export async function* unseal(sealed: AsyncIterable<Uint8Array>, key: Buffer, path: string): AsyncGenerator<Buffer> {
  let number = 0;
  for await (const { bytes, isLast } of chunks(sealed, SEALED_CHUNK)) yield open(bytes, key, number++, isLast, path);
}

function open(bytes: Buffer, key: Buffer, number: number, isLast: boolean, path: string): Buffer {
  const end = bytes.length - TAG_LENGTH;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, nonce(number, isLast), { authTagLength: TAG_LENGTH });
    decipher.setAuthTag(bytes.subarray(Math.max(0, end)));
    return Buffer.concat([decipher.update(bytes.subarray(0, Math.max(0, end))), decipher.final()]);
  } catch (cause) {
    const where = isLast ? "its end is missing or changed" : `it was changed near byte ${number * SEALED_CHUNK}`;
    throw new BackupError("DAMAGED", `${path} is damaged: ${where}`, { cause, remedy: "use another backup" });
  }
}

function nonce(number: number, isLast: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUIntBE(number, 5, 6);
  bytes.writeUInt8(isLast ? 1 : 0, 11);
  return bytes;
}

/** The stream in chunks of `size`; the last one, of any length, is marked. There is always a last one. */
async function* chunks(
  stream: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ readonly bytes: Buffer; readonly isLast: boolean }> {
  let pending = Buffer.alloc(0);
  for await (const piece of stream) {
    pending = pending.length === 0 ? Buffer.from(piece) : Buffer.concat([pending, piece]);
    // More than a chunk, because the last one must be known as such.
    while (pending.length > size) {
      yield { bytes: pending.subarray(0, size), isLast: false };
      pending = pending.subarray(size);
    }
  }
  yield { bytes: pending, isLast: true };
}
