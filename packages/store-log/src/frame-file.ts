import { StoreError } from "@pinnace/store";
import { PREAMBLE_LENGTH, RESTORE, requirePreamble } from "./files.ts";
import { containsFrame, parseFrame } from "./frame.ts";
import type { ReadableFile } from "./store-files.ts";

const CHUNK = 1 << 20;

/** How reading a file ended: `size` are the bytes that are good; the rest is a write that a crash interrupted. */
interface FrameFileEnd {
  readonly size: number;
  readonly torn: boolean;
}

/**
 * Calls `onPayload` with the payload of each frame, in order. An unreadable frame that nothing readable follows is an
 * interrupted write; one that is followed by a readable frame is damage: `CORRUPT`. The writer never starts a frame
 * before the one before it is on the disk.
 */
export function readFrameFile(file: ReadableFile, onPayload: (payload: Buffer) => void): Promise<FrameFileEnd> {
  return readFrames(file.path, new Window(file), onPayload);
}

async function readFrames(path: string, window: Window, onPayload: (payload: Buffer) => void): Promise<FrameFileEnd> {
  await window.want(PREAMBLE_LENGTH);
  // A crash before the first write was on the disk.
  if (window.bytes.length < PREAMBLE_LENGTH || window.bytes.every((byte) => byte === 0)) return { size: 0, torn: true };
  requirePreamble(window.bytes, path);
  window.drop(PREAMBLE_LENGTH);
  for (;;) {
    if (window.bytes.length === 0 && !(await window.want(1))) return { size: window.position, torn: false };
    const parsed = parseFrame(window.bytes, window.position);
    if (parsed.type === "frame") {
      onPayload(parsed.payload);
      window.drop(parsed.length);
    } else if (parsed.type === "damaged" || !(await window.want(parsed.length))) {
      return requireTorn(path, window);
    }
  }
}

async function requireTorn(path: string, window: Window): Promise<FrameFileEnd> {
  await window.want(Number.POSITIVE_INFINITY);
  if (!containsFrame(window.bytes.subarray(1), window.position + 1)) return { size: window.position, torn: true };
  throw new StoreError("CORRUPT", `${path} is damaged at byte ${window.position}`, { remedy: RESTORE });
}

/** The part of a file that is in memory. */
class Window {
  readonly #file: ReadableFile;
  bytes: Buffer = Buffer.alloc(0);
  /** Where `bytes` begins in the file. */
  position = 0;

  constructor(file: ReadableFile) {
    this.#file = file;
  }

  drop(length: number): void {
    this.bytes = this.bytes.subarray(length);
    this.position += length;
  }

  /** Reads on until `length` bytes are there; false when the file ends before. */
  async want(length: number): Promise<boolean> {
    const parts = [this.bytes];
    let present = this.bytes.length;
    while (present < length) {
      const left = this.#file.size - this.position - present;
      if (left <= 0) break;
      const wanted = Math.max(CHUNK, Math.min(length - present, 64 * CHUNK));
      const target = Buffer.allocUnsafeSlow(Math.min(wanted, left));
      const bytesRead = await this.#file.read(target, this.position + present);
      if (bytesRead === 0) break;
      parts.push(target.subarray(0, bytesRead));
      present += bytesRead;
    }
    this.bytes = parts.length === 1 ? this.bytes : Buffer.concat(parts);
    return present >= length;
  }
}
