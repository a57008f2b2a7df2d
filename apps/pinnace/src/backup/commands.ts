import { homedir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { PASSPHRASE_VARIABLE } from "./passphrase.ts";

interface CommonOptions {
  readonly dataDir: string;
  readonly passphraseFile?: string;
}

export interface BackupCommandOptions extends CommonOptions {
  readonly overwrite: boolean;
}

export interface RestoreOptions extends CommonOptions {
  readonly replace: boolean;
  readonly bumpRevision: number;
}

export interface CheckOptions extends CommonOptions {
  /** Checks this file instead of the data directory. */
  readonly backup?: string;
}

/** As upstream's instructions for etcd have it: more than a cluster writes between a backup and its loss. */
const BUMP = 1_000_000_000;
const HIGHEST_BUMP = 1e12;

function folder(text: string): string {
  if (text === "") throw new InvalidArgumentError("must name a folder.");
  return text;
}

function bump(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > HIGHEST_BUMP)
    throw new InvalidArgumentError(`must be an integer from 0 to ${HIGHEST_BUMP}.`);
  return value;
}

function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option("--data-dir <folder>", "where the cluster's state is kept", folder, join(homedir(), ".pinnace"))
    .option(
      "--passphrase-file <file>",
      `has the passphrase; otherwise it comes from ${PASSPHRASE_VARIABLE} or is asked for`,
    );
}

/** The `backup` command. */
export function backupCommand(run: (file: string, options: BackupCommandOptions) => Promise<void>): Command {
  return command("backup", "write the state, CA and keys of a cluster, running or not, into one encrypted file")
    .argument("<file>", "the backup to write")
    .option("--overwrite", "replace the file when it is there", false)
    .action((file: string, options: BackupCommandOptions) => run(file, options));
}

/** The `restore` command. */
export function restoreCommand(run: (file: string, options: RestoreOptions) => Promise<void>): Command {
  return command("restore", "make a data directory from a backup; pinnace up then goes on from there")
    .argument("<file>", "the backup to read")
    .option("--replace", "put aside the cluster that is in the data directory", false)
    .option("--bump-revision <n>", "how far resourceVersions go on beyond those of the backup", bump, BUMP)
    .action((file: string, options: RestoreOptions) => run(file, options));
}

/** The `check` command. */
export function checkCommand(run: (options: CheckOptions) => Promise<void>): Command {
  return command("check", "verify every byte of a cluster's state, running or not, and its certificates and keys")
    .option("--backup <file>", "verify this backup instead")
    .action((options: CheckOptions) => run(options));
}
