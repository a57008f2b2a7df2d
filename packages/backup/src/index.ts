/**
 * Many files in one, encrypted with a passphrase and verified: what a cluster is restored from.
 *
 * ```ts
 * import { verifyBackup, writeBackup } from "@pinnace/backup";
 *
 * const secret = new TextEncoder().encode("the authority's key");
 * const file = { path: "pki/ca.key", size: secret.length, read: async function* () { yield secret; } };
 * await writeBackup("cluster.backup", [file], { passphrase: "correct horse battery staple", about: { cluster: "boats" } });
 *
 * const { files, about } = await verifyBackup("cluster.backup", "correct horse battery staple");
 * console.log(files.map(({ path, size }) => `${path} ${size}`), about); // [ 'pki/ca.key 19' ] { cluster: 'boats' }
 * ```
 *
 * A backup is written beside its name, flushed, read again and compared before it gets the name. Reading checks every
 * byte: `PASSPHRASE` says that the passphrase is another one, `DAMAGED` that something was changed, left out or cut off.
 *
 * The format, version 1: `PINNACE BACKUP\n`, the version, the cost of scrypt, 32 bytes of salt and 16 that prove the key;
 * then chunks of 64 KiB, each sealed with AES-256-GCM under its number. Inside is gzip over the files, each with a head,
 * and at the end the list of all with their SHA-256. The key is scrypt (N = 2^17, r = 8) of passphrase and salt, so no two
 * backups share one.
 *
 * @packageDocumentation
 */
export type { BackedUpFile, BackupFile, Contents, FileSink } from "./archive.ts";
export {
  type BackupOptions,
  folderSink,
  readBackup,
  verifyBackup,
  type WrittenBackup,
  writeBackup,
} from "./backup.ts";
export { BackupError, type BackupErrorCode } from "./backup-error.ts";
