import type { Family } from "./client.ts";
import { rawHttp } from "./clients/raw-http.ts";

export interface FamilyOptions {
  /** The repository's folder. */
  readonly root: string;
  /** The helm program, or a folder that has it; else it is looked for on PATH. */
  readonly helm?: string;
}

/** All clients, in the table's order. */
export function families(_options: FamilyOptions): readonly Family[] {
  return [rawHttp];
}
