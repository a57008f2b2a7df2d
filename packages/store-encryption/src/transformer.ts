import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { StoreError } from "@pinnace/store";
import type { ProviderConfiguration, ProviderKey } from "./encryption-configuration.ts";

/** Turns the bytes of a value into what is stored, and back. */
export interface Transformer {
  /** Undefined: as they are. `key` is the store's key, which a ciphertext may be bound to. */
  seal(plain: Uint8Array, key: string): Uint8Array | undefined;
  /** Throws `CORRUPT` when no provider can read the bytes, or they were changed. */
  open(stored: Uint8Array, key: string): Uint8Array;
}

/** One algorithm with one key; what it stores begins with `prefix`. */
interface Cipher {
  readonly prefix: Buffer;
  encrypt(plain: Uint8Array, key: string): Uint8Array;
  /** Throws when the bytes were changed. */
  decrypt(sealed: Uint8Array, key: string): Uint8Array;
}

const ENCRYPTED = Buffer.from("k8s:enc:");
const TAG_LENGTH = 16;
const NONCE_LENGTHS = { aesgcm: 12, aescbc: 16, secretbox: 24 } as const;

/** The first provider writes with its first key; all keys of all providers read. */
export function transformerOf(providers: readonly ProviderConfiguration[]): Transformer {
  const ciphers = providers.map((provider) => ciphersOf(provider));
  const reading = ciphers.flat();
  const writing = ciphers[0]?.[0];
  const readsPlain = providers.some(({ type }) => type === "identity");
  return {
    seal: (plain, key) =>
      writing === undefined ? undefined : Buffer.concat([writing.prefix, writing.encrypt(plain, key)]),
    open: (stored, key) => {
      const cipher = reading.find(({ prefix }) => startsWith(stored, prefix));
      if (cipher !== undefined) return opened(cipher, stored, key);
      if (startsWith(stored, ENCRYPTED)) throw unreadable(key, "none of the configured keys is the one that it names");
      if (readsPlain) return stored;
      throw unreadable(key, "it is not encrypted, and the provider identity is not configured");
    },
  };
}

function opened(cipher: Cipher, stored: Uint8Array, key: string): Uint8Array {
  try {
    return cipher.decrypt(stored.subarray(cipher.prefix.length), key);
  } catch (cause) {
    throw unreadable(key, "it was changed, or encrypted with another key of the same name", cause);
  }
}

function unreadable(key: string, why: string, cause?: unknown): StoreError {
  return new StoreError("CORRUPT", `the value of "${key}" cannot be decrypted: ${why}`, {
    ...(cause === undefined ? {} : { cause }),
    remedy: "Start with an encryption configuration that has the key it was written with.",
  });
}

function startsWith(bytes: Uint8Array, prefix: Buffer): boolean {
  return bytes.length >= prefix.length && prefix.equals(bytes.subarray(0, prefix.length));
}

function ciphersOf(provider: ProviderConfiguration): readonly Cipher[] {
  if (provider.type === "identity") return [];
  const { type } = provider;
  return provider.keys.map((key) => ({ prefix: Buffer.from(`k8s:enc:${type}:v1:${key.name}:`), ...MAKERS[type](key) }));
}

/** What is stored is what kube-apiserver stores: the nonce, then ciphertext and tag in the algorithm's order. */
const MAKERS: Readonly<Record<"aesgcm" | "aescbc" | "secretbox", (key: ProviderKey) => Omit<Cipher, "prefix">>> = {
  aesgcm: ({ secret }) => ({
    encrypt: (plain, key) => {
      const nonce = randomBytes(NONCE_LENGTHS.aesgcm);
      const cipher = createCipheriv(`aes-${bitsOf(secret)}-gcm`, secret, nonce).setAAD(Buffer.from(key));
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    decrypt: (sealed, key) => {
      const [nonce, rest] = cut(sealed, NONCE_LENGTHS.aesgcm, TAG_LENGTH);
      const decipher = createDecipheriv(`aes-${bitsOf(secret)}-gcm`, secret, nonce, { authTagLength: TAG_LENGTH });
      decipher.setAAD(Buffer.from(key)).setAuthTag(rest.subarray(-TAG_LENGTH));
      return Buffer.concat([decipher.update(rest.subarray(0, -TAG_LENGTH)), decipher.final()]);
    },
  }),
  aescbc: ({ secret }) => ({
    encrypt: (plain) => {
      const nonce = randomBytes(NONCE_LENGTHS.aescbc);
      const cipher = createCipheriv(`aes-${bitsOf(secret)}-cbc`, secret, nonce);
      return Buffer.concat([nonce, cipher.update(plain), cipher.final()]);
    },
    decrypt: (sealed) => {
      const [nonce, rest] = cut(sealed, NONCE_LENGTHS.aescbc, 0);
      const decipher = createDecipheriv(`aes-${bitsOf(secret)}-cbc`, secret, nonce);
      return Buffer.concat([decipher.update(rest), decipher.final()]);
    },
  }),
  secretbox: ({ secret }) => ({
    encrypt: (plain) => {
      const nonce = randomBytes(NONCE_LENGTHS.secretbox);
      return Buffer.concat([nonce, xsalsa20poly1305(secret, nonce).encrypt(plain)]);
    },
    decrypt: (sealed) => {
      const [nonce, rest] = cut(sealed, NONCE_LENGTHS.secretbox, TAG_LENGTH);
      return xsalsa20poly1305(secret, nonce).decrypt(rest);
    },
  }),
};

const bitsOf = (secret: Uint8Array): 128 | 192 | 256 => (secret.length * 8) as 128 | 192 | 256;

function cut(sealed: Uint8Array, nonceLength: number, least: number): readonly [Uint8Array, Uint8Array] {
  if (sealed.length < nonceLength + least) throw new Error("the stored data was shorter than the required size");
  return [sealed.subarray(0, nonceLength), sealed.subarray(nonceLength)];
}
