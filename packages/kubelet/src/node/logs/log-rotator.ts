import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Clock, Timer } from "@pinnace/clock";
import type { ContainerRuntime } from "@pinnace/cri";
import { messageOf } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";

export interface LogRotatorOptions {
  /** Bytes beyond which a log is rotated, default 10 MiB. */
  readonly maxSize?: number;
  /** Files per container with the current one, default 5. */
  readonly maxFiles?: number;
  /** Milliseconds between looks, default 10,000. */
  readonly period?: number;
}

const MIB = 1024 * 1024;

/** Rotates the logs of running containers: rename with a time stamp, reopen, compress the one before, drop the oldest. */
export class LogRotator {
  readonly #components: { readonly runtime: ContainerRuntime; readonly clock: Clock; readonly logger: Logger };
  readonly #options: Required<LogRotatorOptions>;
  #timer: Timer | undefined;
  #busy = false;

  constructor(
    components: { readonly runtime: ContainerRuntime; readonly clock: Clock; readonly logger: Logger },
    options: LogRotatorOptions = {},
  ) {
    this.#components = components;
    this.#options = { maxSize: 10 * MIB, maxFiles: 5, period: 10_000, ...options };
  }

  start(): void {
    this.#timer = this.#components.clock.setInterval(() => void this.rotateAll(), this.#options.period);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** One look at all running containers. A container that fails does not keep the others from their turn. */
  async rotateAll(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const { runtime, logger } = this.#components;
    try {
      for (const { id, state } of await runtime.listContainers()) {
        if (state !== "RUNNING") continue;
        await this.#rotate(id).catch((error: unknown) =>
          logger.warn("could not rotate a log", { id, error: messageOf(error) }),
        );
      }
    } catch (error) {
      logger.warn("could not list containers to rotate their logs", { error: messageOf(error) });
    } finally {
      this.#busy = false;
    }
  }

  async #rotate(id: string): Promise<void> {
    const { runtime, clock } = this.#components;
    const { logPath } = await runtime.containerStatus(id);
    const found = await stat(logPath).catch(() => undefined);
    if (!found || found.size < this.#options.maxSize) return;
    const old = await this.#rotatedFiles(logPath);
    for (const name of old.slice(0, Math.max(0, old.length - (this.#options.maxFiles - 2)))) await unlink(name);
    for (const name of await this.#rotatedFiles(logPath)) if (!name.endsWith(".gz")) await compress(name);
    const rotated = `${logPath}.${stampOf(clock.now())}`;
    await rename(logPath, rotated);
    try {
      await runtime.reopenContainerLog(id);
    } catch (error) {
      await rename(rotated, logPath);
      throw error;
    }
  }

  /** Oldest first. */
  async #rotatedFiles(logPath: string): Promise<readonly string[]> {
    const prefix = `${basename(logPath)}.`;
    const names = (await readdir(dirname(logPath))).filter((name) => name.startsWith(prefix) && !name.endsWith(".tmp"));
    return names.sort().map((name) => join(dirname(logPath), name));
  }
}

async function compress(path: string): Promise<void> {
  await pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.tmp`));
  await rename(`${path}.tmp`, `${path}.gz`);
  await unlink(path);
}

/** `20260102-030405`. */
function stampOf(now: number): string {
  const [date = "", time = ""] = new Date(now).toISOString().split("T");
  return `${date.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}`;
}
