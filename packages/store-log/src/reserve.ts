import { open, stat, unlink } from "node:fs/promises";
import { join } from "node:path";

/** Room for about 10,000 deletions. */
const RESERVE_LENGTH = 1 << 20;

/** Space that is given up when the disk is full, so that deletions still find room. */
export class Reserve {
  readonly #path: string;

  constructor(directory: string) {
    this.#path = join(directory, "reserve");
  }

  /** True when the space is held; false when the disk has no room for it. */
  async take(): Promise<boolean> {
    const present = await stat(this.#path).catch(() => undefined);
    if (present?.size === RESERVE_LENGTH) return true;
    try {
      await this.#fill();
      return true;
    } catch {
      // Expected on a full disk: it is the question that was asked.
      await this.release();
      return false;
    }
  }

  async release(): Promise<void> {
    await unlink(this.#path).catch(() => undefined);
  }

  async #fill(): Promise<void> {
    const handle = await open(this.#path, "w", 0o600);
    try {
      await handle.writeFile(new Uint8Array(RESERVE_LENGTH));
      // Only a flush finds out on file systems that allocate late.
      await handle.datasync();
    } finally {
      await handle.close();
    }
  }
}
