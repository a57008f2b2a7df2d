/** Something that makes 2 KiB values durable. */
export interface Engine {
  /** Resolves when the value is on the disk. */
  put(key: string, value: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Makes an engine that keeps its data in an empty directory; undefined when it is not on this machine. */
export type OpenEngine = (directory: string) => Promise<Engine | undefined>;
