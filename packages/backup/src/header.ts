import { hkdfSync, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { BackupError } from "./backup-error.ts";

const MAGIC = "PINNACE BACKUP\n";
const VERSION = 1;
/** magic, version u8, log2 of scrypt's N u8, salt, proof of the key. */
const SALT_AT = MAGIC.length + 2;
const SALT_LENGTH = 32;
const PROOF_AT = SALT_AT + SALT_LENGTH;
const PROOF_LENGTH = 16;
export const HEADER_LENGTH: number = PROOF_AT + PROOF_LENGTH;

/** 2^17 with r = 8: 128 MiB and about half a second for each guess (OWASP's advice for scrypt). */
export const DEFAULT_COST = 17;
/** A header that asks for more memory than 1 GiB was not written by us. */
const HIGHEST_COST = 20;
const BLOCK_SIZE = 8;
const KEY_LENGTH = 32;

/** What a backup begins with, in the clear, and the key that follows from it and the passphrase. */
interface Header {
  readonly bytes: Buffer;
  readonly key: Buffer;
}

/** A header with a salt of its own: no two backups share a key. `cost` is the logarithm of scrypt's N to the base 2. */
export async function makeHeader(passphrase: string, cost: number): Promise<Header> {
  const bytes = Buffer.alloc(HEADER_LENGTH);
  bytes.write(MAGIC, "latin1");
  bytes.writeUInt8(VERSION, MAGIC.length);
  bytes.writeUInt8(cost, MAGIC.length + 1);
  randomBytes(SALT_LENGTH).copy(bytes, SALT_AT);
  const { key, proof } = await keyOf(bytes, passphrase);
  proof.copy(bytes, PROOF_AT);
  return { bytes, key };
}

/** Throws `NOT_A_BACKUP`, `VERSION`, `PASSPHRASE`. */
export async function readHeader(bytes: Buffer, passphrase: string, path: string): Promise<Header> {
  if (bytes.length < HEADER_LENGTH || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC)
    throw new BackupError("NOT_A_BACKUP", `${path} is no backup, or cut within its first bytes`);
  const version = bytes.readUInt8(MAGIC.length);
  if (version !== VERSION)
    throw new BackupError("VERSION", `${path} is a backup of version ${version}, this program reads ${VERSION}`, {
      remedy: "use the version of Pinnace that wrote it",
    });
  if (bytes.readUInt8(MAGIC.length + 1) > HIGHEST_COST)
    throw new BackupError("NOT_A_BACKUP", `${path} is damaged in its first bytes`);
  const { key, proof } = await keyOf(bytes, passphrase);
  if (!timingSafeEqual(proof, bytes.subarray(PROOF_AT, HEADER_LENGTH)))
    throw new BackupError("PASSPHRASE", `the passphrase is not that of ${path}`);
  return { bytes, key };
}

async function keyOf(header: Buffer, passphrase: string): Promise<{ readonly key: Buffer; readonly proof: Buffer }> {
  const N = 2 ** header.readUInt8(MAGIC.length + 1);
  const options: ScryptOptions = { N, r: BLOCK_SIZE, p: 1, maxmem: 256 * N * BLOCK_SIZE };
  const master = await new Promise<Buffer>((resolve, reject) => {
    // NFKC: the same passphrase typed on another system has the same bytes.
    scrypt(passphrase.normalize("NFKC"), header.subarray(SALT_AT, PROOF_AT), KEY_LENGTH, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
  // The clear part is bound to the keys: a changed one fails like a wrong passphrase.
  const derived = (purpose: string, length: number): Buffer =>
    Buffer.from(hkdfSync("sha256", master, header.subarray(0, PROOF_AT), `pinnace backup ${purpose}`, length));
  return { key: derived("key", KEY_LENGTH), proof: derived("proof", PROOF_LENGTH) };
}
