import type { CryptoKey } from "jose";
import { generateTokenKey, importTokenKey, type TokenAlgorithm, type TokenKey, TokenKeyError } from "./keys.ts";

/** The keys of a cluster's service account tokens, read (or made) when they are first needed. */
export interface ServiceAccountKeys {
  /** Algorithms of the keys given, known without reading them. */
  readonly algorithms: readonly TokenAlgorithm[];
  /** The key that signs. */
  signing(): Promise<TokenKey & { readonly privateKey: CryptoKey }>;
  /** All keys that verify, the signing key first. */
  all(): Promise<readonly TokenKey[]>;
}

/**
 * Keys from PEM texts: the first must be a private key and signs, the others (private or public) verify only, so that a
 * key can be replaced while its tokens live. Without any, one ECDSA P-256 key is made for the life of the process.
 * The promises reject with `TOKEN_KEY_INVALID`.
 */
export function createServiceAccountKeys(pems: readonly string[] = []): ServiceAccountKeys {
  let keys: Promise<readonly TokenKey[]> | undefined;
  const all = (): Promise<readonly TokenKey[]> => {
    keys ??= Promise.all(pems.length === 0 ? [generateTokenKey()] : pems.map(importTokenKey));
    return keys;
  };
  return {
    algorithms: pems.length === 0 ? ["ES256"] : [...new Set(pems.map(algorithmOfPem))],
    all,
    async signing() {
      const [first] = await all();
      if (first?.privateKey === undefined)
        throw new TokenKeyError("TOKEN_KEY_INVALID", "the first service account key must be a private key");
      return { ...first, privateKey: first.privateKey };
    },
  };
}

/** base64 of rsaEncryption's identifier begins with one of these, by its offset in the text. */
const RSA_MARKS = ["KoZIhvcNAQEB", "BgkqhkiG9w0BAQEF"];

function algorithmOfPem(pem: string): TokenAlgorithm {
  return RSA_MARKS.some((mark) => pem.includes(mark)) ? "RS256" : "ES256";
}
