import { unwatchFile, watchFile } from "node:fs";
import { messageOf } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";
import type { Scheduler } from "@pinnace/scheduler";
import { readSchedulerConfig } from "./scheduler-config.ts";

interface FollowOptions {
  readonly file: string;
  readonly scheduler: Pick<Scheduler, "reconfigure">;
  readonly logger: Logger;
  /** Tells whoever watches the terminal. */
  readonly note: (text: string) => void;
  /** How often the file is looked at, milliseconds; default 1,000. */
  readonly interval?: number;
}

/**
 * Gives the scheduler the configuration of a file whenever the file changes, however that is done (written, replaced, a
 * symbolic link). One that is refused changes nothing, and it is said why. Answers a function that ends it.
 */
export function followSchedulerConfig({ file, scheduler, logger, note, interval = 1_000 }: FollowOptions): () => void {
  const change = async (): Promise<void> => {
    try {
      scheduler.reconfigure(await readSchedulerConfig(file));
      logger.info("the scheduler has a new configuration", { file });
      note(`scheduler configuration ${file} read again`);
    } catch (error) {
      const text = `the scheduler keeps its configuration: ${messageOf(error)}`;
      logger.error(text);
      note(`warning: ${text}`);
    }
  };
  const listener = (now: { mtimeMs: number; size: number }, before: { mtimeMs: number; size: number }): void => {
    if (now.mtimeMs !== before.mtimeMs || now.size !== before.size) void change();
  };
  watchFile(file, { interval, persistent: false }, listener);
  return () => unwatchFile(file, listener);
}
