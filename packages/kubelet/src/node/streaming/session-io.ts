import type { StreamExit, StreamIo } from "@pinnace/cri";

/** The byte streams of an exec or attach, with a way to wait until the receiver has caught up. */
export interface PacedIo extends StreamIo {
  /** Resolves when what was written has mostly been sent. */
  drained(): Promise<void>;
}

/** Runs an exec or attach over byte streams. */
export type PacedSession = (io: PacedIo) => Promise<StreamExit>;

/** Which streams there are. */
export interface StreamSet {
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** A terminal size as clients write it: `{"Width":80,"Height":24}`; undefined for anything else. */
function parseSize(text: string): { readonly width: number; readonly height: number } | undefined {
  try {
    const { Width: width, Height: height } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    return typeof width === "number" && typeof height === "number" ? { width, height } : undefined;
  } catch {
    return undefined;
  }
}

/** Sizes that arrive as JSON texts one after the other, in chunks of any length. */
export async function* sizesFrom(chunks: AsyncIterable<Uint8Array>): StreamIo["resize"] {
  const decoder = new TextDecoder();
  let pending = "";
  for await (const chunk of chunks) {
    pending += decoder.decode(chunk, { stream: true });
    for (let end = pending.indexOf("}"); end >= 0; end = pending.indexOf("}")) {
      const size = parseSize(pending.slice(0, end + 1));
      pending = pending.slice(end + 1);
      if (size) yield size;
    }
  }
}
