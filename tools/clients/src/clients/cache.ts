import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Finished, run } from "@pinnace-tools/e2e";

/** Below `node_modules`, where nothing is committed and a clean install removes it. */
export const cacheFolder = (root: string): string => join(root, "node_modules/.cache/clients");

/** Why a program is not there; undefined when `<program> <args>` ends with 0. */
export async function absent(program: string, args: readonly string[]): Promise<string | undefined> {
  const { code } = await run(program, args).catch(() => ({ code: null }));
  return code === 0 ? undefined : `no ${program} on PATH`;
}

/** Runs preparations once per `key`, which a file remembers. Resolves to why they failed. */
export async function prepareOnce(
  file: string,
  key: string,
  prepare: () => Promise<Finished>,
): Promise<string | undefined> {
  if (existsSync(file) && readFileSync(file, "utf8") === key) return undefined;
  const { code, stdout, stderr } = await prepare();
  if (code !== 0) return (stderr || stdout).trim() || `ended with ${code}`;
  writeFileSync(file, key);
  return undefined;
}
