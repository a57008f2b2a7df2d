import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { AppError } from "../app-error.ts";

/** Never an argument: those can be read by every user of the machine. */
export const PASSPHRASE_VARIABLE = "PINNACE_BACKUP_PASSPHRASE";

interface PassphraseSources {
  /** `--passphrase-file` */
  readonly file: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Asks the user; undefined where nobody can be asked. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

/**
 * The passphrase of a backup: from the file, the environment, or the user, who types a new one twice. The end of the
 * file's last line is no part of it.
 */
export async function readPassphrase(
  sources: PassphraseSources,
  { isNew }: { readonly isNew: boolean },
): Promise<string> {
  const passphrase = await findPassphrase(sources, isNew);
  if (passphrase === "") throw new AppError("NO_PASSPHRASE", "the passphrase of a backup must not be empty");
  return passphrase;
}

async function findPassphrase({ file, environment, ask }: PassphraseSources, isNew: boolean): Promise<string> {
  if (file !== undefined) return (await readFile(file, "utf8")).replace(/\r?\n$/, "");
  const given = environment[PASSPHRASE_VARIABLE];
  if (given !== undefined) return given;
  if (ask === undefined)
    throw new AppError("NO_PASSPHRASE", "a backup needs a passphrase", {
      remedy: `name a file that has it with --passphrase-file, or set ${PASSPHRASE_VARIABLE}`,
    });
  const passphrase = await ask("passphrase of the backup: ");
  if (isNew && (await ask("the same again: ")) !== passphrase)
    throw new AppError("NO_PASSPHRASE", "the two passphrases differ");
  return passphrase;
}

/** Asks on the terminal without showing what is typed. */
export async function askHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  const interrupted = new Promise<never>((_resolve, reject) => {
    terminal.once("SIGINT", () => reject(new AppError("NO_PASSPHRASE", "no passphrase was given")));
  });
  try {
    return await Promise.race([terminal.question(""), interrupted]);
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
