import { createRealClock } from "@pinnace/clock";
import type { BackupCommandOptions, CheckOptions, RestoreOptions } from "./commands.ts";
import { askHidden, readPassphrase } from "./passphrase.ts";
import { runBackup } from "./run-backup.ts";
import { runCheck } from "./run-check.ts";
import { runRestore } from "./run-restore.ts";

const now = (): number => createRealClock().now();
const write = (text: string): void => void process.stdout.write(text);

function passphraseOf(options: { readonly passphraseFile?: string }, isNew: boolean): () => Promise<string> {
  const ask = process.stdin.isTTY === true ? askHidden : undefined;
  return () => readPassphrase({ file: options.passphraseFile, environment: process.env, ask }, { isNew });
}

/** `pinnace backup` */
export function backup(file: string, options: BackupCommandOptions): Promise<void> {
  return runBackup({ ...options, file, passphrase: passphraseOf(options, true), now: now(), write });
}

/** `pinnace restore` */
export function restore(file: string, options: RestoreOptions): Promise<void> {
  return runRestore({ ...options, file, passphrase: passphraseOf(options, false), now: now(), write });
}

/** `pinnace check` */
export function check(options: CheckOptions): Promise<void> {
  return runCheck({ ...options, passphrase: passphraseOf(options, false), now: now(), write });
}
