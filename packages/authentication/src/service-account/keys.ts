import { CodedError } from "@pinnace/errors";
import type { CryptoKey } from "jose";

/** `TOKEN_KEY_INVALID`: a service account key is not a PEM key (ECDSA P-256 or RSA) of the expected half. */
export type TokenKeyErrorCode = "TOKEN_KEY_INVALID";

export class TokenKeyError extends CodedError<TokenKeyErrorCode> {}

export type TokenAlgorithm = "ES256" | "RS256";

/** A key that signs or verifies service account tokens. */
export interface TokenKey {
  readonly algorithm: TokenAlgorithm;
  /** SHA-256 of the public key's SPKI bytes, base64url: upstream's `kid`. */
  readonly id: string;
  readonly publicKey: CryptoKey;
  readonly privateKey?: CryptoKey;
}

const PARAMETERS = {
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
} as const;

/** A new ECDSA P-256 key. */
export async function generateTokenKey(): Promise<TokenKey> {
  const pair = await crypto.subtle.generateKey(PARAMETERS.ES256, true, ["sign", "verify"]);
  return { algorithm: "ES256", id: await keyId(pair.publicKey), ...pair };
}

/**
 * A key from PEM: `PRIVATE KEY` (PKCS #8; signs and verifies) or `PUBLIC KEY` (SPKI; verifies only), ECDSA P-256 or
 * RSA. Throws `TOKEN_KEY_INVALID`.
 */
export async function importTokenKey(pem: string): Promise<TokenKey> {
  const match = /-----BEGIN (PRIVATE|PUBLIC) KEY-----([\s\S]+?)-----END \1 KEY-----/.exec(pem);
  if (match === null)
    throw new TokenKeyError("TOKEN_KEY_INVALID", "a service account key must be a PEM PRIVATE KEY or PUBLIC KEY", {
      remedy: "convert it with: openssl pkcs8 -topk8 -nocrypt -in sa.key",
    });
  const der = Uint8Array.from(atob((match[2] ?? "").replace(/\s/g, "")), (c) => c.charCodeAt(0));
  try {
    return match[1] === "PUBLIC" ? await importPublic(der) : await importPrivate(der);
  } catch (cause) {
    throw new TokenKeyError("TOKEN_KEY_INVALID", "a service account key must be ECDSA P-256 or RSA", { cause });
  }
}

async function importPublic(der: Uint8Array<ArrayBuffer>): Promise<TokenKey> {
  const algorithm = algorithmOf(der);
  const publicKey = await crypto.subtle.importKey("spki", der, PARAMETERS[algorithm], true, ["verify"]);
  return { algorithm, id: await keyId(publicKey), publicKey };
}

async function importPrivate(der: Uint8Array<ArrayBuffer>): Promise<TokenKey> {
  const algorithm = algorithmOf(der);
  const privateKey = await crypto.subtle.importKey("pkcs8", der, PARAMETERS[algorithm], true, ["sign"]);
  const exported = await crypto.subtle.exportKey("jwk", privateKey);
  const { kty, crv, x, y, n, e } = exported;
  const jwk = (algorithm === "ES256" ? { kty, crv, x, y } : { kty, n, e }) as typeof exported;
  const publicKey = await crypto.subtle.importKey("jwk", jwk, PARAMETERS[algorithm], true, ["verify"]);
  return { algorithm, id: await keyId(publicKey), publicKey, privateKey };
}

/** DER of the object identifier rsaEncryption, 1.2.840.113549.1.1.1. */
const RSA_ENCRYPTION = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/** Both PEM forms name the algorithm within their first bytes. */
function algorithmOf(der: Uint8Array): TokenAlgorithm {
  for (let at = 0; at < 32; at++) if (RSA_ENCRYPTION.every((byte, i) => der[at + i] === byte)) return "RS256";
  return "ES256";
}

async function keyId(publicKey: CryptoKey): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await crypto.subtle.exportKey("spki", publicKey));
  const text = String.fromCharCode(...new Uint8Array(digest));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The public half as a JSON Web Key, as `/openid/v1/jwks` shows it. */
export async function toJsonWebKey(key: TokenKey): Promise<object> {
  const { kty, crv, x, y, n, e } = await crypto.subtle.exportKey("jwk", key.publicKey);
  const use = { use: "sig", kty, kid: key.id };
  return key.algorithm === "ES256" ? { ...use, crv, alg: "ES256", x, y } : { ...use, alg: "RS256", n, e };
}
