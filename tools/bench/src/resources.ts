import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How long a program may take to end by itself. */
const GRACE = 10_000;

const children = new Set<ChildProcess>();
const folders = new Set<string>();
let over = false;

/** Registers a child that must not outlive this run. */
export function adopt(child: ChildProcess): void {
  if (over) child.kill("SIGKILL");
  children.add(child);
  child.once("close", () => children.delete(child));
}

/** An empty folder that is removed when the run ends, if not before by {@link removeFolder}. */
export function temporaryFolder(name: string, below: string = tmpdir()): string {
  const folder = mkdtempSync(join(below, `bench-${name}-`));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  folders.delete(folder);
}

/** Ends a child: SIGTERM, and SIGKILL for one that does not listen. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), GRACE);
  await closed;
  clearTimeout(killer);
}

/**
 * Gives back all that the run took: programs first, then the folders they wrote to. `final`: the run ends, and what is
 * started from now on is ended at once.
 */
export async function releaseAll({ final = false }: { readonly final?: boolean } = {}): Promise<void> {
  over ||= final;
  await Promise.all([...children].map(end));
  for (const folder of [...folders]) removeFolder(folder);
}
