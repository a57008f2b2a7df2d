import { existsSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "@pinnace/errors";
import { directoryFiles, inspectStore, type StoreInspection } from "@pinnace/store-log";
import { AppError } from "../app-error.ts";
import { checkPki } from "./check-pki.ts";
import { loadBackup, readPki } from "./cluster-files.ts";

interface CheckRequest {
  readonly dataDir: string;
  readonly backup?: string;
  readonly passphrase: () => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly write: (text: string) => void;
}

/** Verifies a data directory, or a backup, and says what was verified; throws `CHECK_FAILED` after the last line. */
export async function runCheck(request: CheckRequest): Promise<void> {
  const problems =
    request.backup === undefined ? await checkFolder(request) : await checkBackup(request, request.backup);
  if (problems.length === 0) return;
  const remedy = "restore the cluster from a backup with pinnace restore";
  throw new AppError("CHECK_FAILED", problems.join("; "), request.backup === undefined ? { remedy } : {});
}

async function checkFolder({ dataDir, now, write }: CheckRequest): Promise<readonly string[]> {
  const folder = join(dataDir, "store");
  if (!existsSync(folder))
    throw new AppError("NOT_A_CLUSTER", `there is no cluster in ${dataDir}`, {
      remedy: "name its folder with --data-dir",
    });
  const problems: string[] = [];
  try {
    write(storeLine(await inspectStore(directoryFiles(folder))));
  } catch (error) {
    write(`✗ store: ${messageOf(error)}\n`);
    problems.push("the store is damaged");
  }
  return [...problems, ...pkiLines(await readPki(join(dataDir, "pki")), now, write)];
}

async function checkBackup({ passphrase, now, write }: CheckRequest, file: string): Promise<readonly string[]> {
  const { about, inspection, pki, contents } = await loadBackup(file, await passphrase());
  write(`✓ backup: ${contents.files.length} files of ${about.created}, written by Pinnace ${about.version}\n`);
  write(storeLine(inspection));
  return pkiLines(pki, now, write);
}

function storeLine({ revision, oldest, entries, used, files }: StoreInspection): string {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const history = oldest < revision ? `, history from ${oldest}` : "";
  return `✓ store: ${entries} objects of ${used} bytes at revision ${revision}${history}; ${files.length} file${files.length === 1 ? "" : "s"} of ${bytes} bytes, every checksum\n`;
}

function pkiLines(
  files: ReadonlyMap<string, Uint8Array>,
  now: number,
  write: (text: string) => void,
): readonly string[] {
  const { certificates, keys, authorityEnds, problems } = checkPki(files, now);
  for (const problem of problems) write(`✗ pki: ${problem}\n`);
  if (problems.length === 0)
    write(
      `✓ pki: ${certificates} certificates and ${keys} keys fit; the CA ends on ${new Date(authorityEnds).toISOString().slice(0, 10)}\n`,
    );
  return problems;
}
